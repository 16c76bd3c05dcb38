package io.vodis.topom.api;

import io.vertx.core.json.JsonObject;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatedRequest;
import io.vodis.model.HostAndPort;
import io.vodis.topom.TopomException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call, already validated by the OpenAPI file except for what a schema cannot
 * say.
 */
record Arguments(ValidatedRequest request) {

  int pathInt(String name) {
    return pathParameter(name).getInteger();
  }

  String pathText(String name) {
    return pathParameter(name).getString();
  }

  HostAndPort pathAddress(String name) {
    return address(name, pathText(name));
  }

  long queryLong(String name, long absent) {
    RequestParameter parameter = request.getQuery().get(name);
    return parameter == null || parameter.isNull() ? absent : parameter.getLong();
  }

  boolean queryFlag(String name) {
    RequestParameter parameter = request.getQuery().get(name);
    return parameter != null && !parameter.isNull() && parameter.getBoolean();
  }

  int bodyInt(String name) {
    return body().getInteger(name);
  }

  long bodyLong(String name) {
    return body().getLong(name);
  }

  String bodyText(String name, String absent) {
    return body().getString(name, absent);
  }

  HostAndPort bodyAddress(String name) {
    return address(name, body().getString(name));
  }

  /** The body's {@code first} and {@code last}, in order. */
  SlotSpan slotSpan() {
    int first = bodyInt("first");
    int last = bodyInt("last");
    if (last < first) {
      throw invalid("last", last + " is less than first = " + first, null);
    }
    return new SlotSpan(first, last);
  }

  /** Slots {@code first} to {@code last}, both included. */
  record SlotSpan(int first, int last) {}

  JsonObject body() {
    return request.getBody().getJsonObject();
  }

  private RequestParameter pathParameter(String name) {
    return Objects.requireNonNull(request.getPathParameters().get(name), name);
  }

  private static HostAndPort address(String name, String text) {
    try {
      return HostAndPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw invalid(name, String.valueOf(e.getMessage()), e);
    }
  }

  private static TopomException invalid(String name, String reason, @Nullable Throwable cause) {
    String message = name + ": " + reason;
    return cause == null
        ? new TopomException(TopomException.Code.INVALID, message)
        : new TopomException(TopomException.Code.INVALID, message, cause);
  }
}
