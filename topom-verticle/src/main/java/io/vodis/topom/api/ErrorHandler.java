package io.vodis.topom.api;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.validation.ValidatorException;
import io.vodis.lifecycle.VodisException;
import io.vodis.topom.TopomException;
import io.vodis.topom.api.view.ErrorView;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns every failure into {@code {"code", "message"}}; what is not the caller's stays here. */
final class ErrorHandler implements Handler<RoutingContext> {

  private static final Logger LOGGER = LoggerFactory.getLogger(ErrorHandler.class);

  @Override
  public void handle(RoutingContext context) {
    Throwable failure = context.failure();
    int status = context.statusCode();
    if (failure == null || (status >= 400 && status < 500 && validation(failure) == null)) {
      answer(context, status, describe(context, status));
    } else {
      answer(context, failure);
    }
  }

  private static void answer(RoutingContext context, Throwable failure) {
    ValidatorException invalid = validation(failure);
    if (invalid != null) {
      ValidationFailure described = ValidationFailure.of(invalid);
      answer(context, described.status(), new ErrorView(described.code(), described.message()));
      return;
    }
    switch (failure) {
      case TopomException refused ->
          answer(
              context,
              refused.code().httpStatus(),
              new ErrorView(refused.code().name(), message(refused)));
      case VodisException unavailable ->
          answer(
              context,
              TopomException.Code.UNAVAILABLE.httpStatus(),
              new ErrorView(TopomException.Code.UNAVAILABLE.name(), message(unavailable)));
      default -> {
        LOGGER.error("{} {} failed", context.request().method(), context.normalizedPath(), failure);
        answer(context, 500, describe(context, 500));
      }
    }
  }

  private static @Nullable ValidatorException validation(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ValidatorException invalid) {
        return invalid;
      }
    }
    return null;
  }

  private static ErrorView describe(RoutingContext context, int status) {
    String path = context.normalizedPath();
    return switch (status) {
      case 400 -> new ErrorView("INVALID", "the request cannot be read");
      case 404 -> new ErrorView("NOT_FOUND", "no such path: " + path);
      case 405 ->
          new ErrorView(
              "METHOD_NOT_ALLOWED", context.request().method() + " is not possible on " + path);
      case 413 ->
          new ErrorView("TOO_LARGE", "the body is over " + AdminApi.BODY_BYTES_MAX + " bytes");
      case 415 -> new ErrorView("UNSUPPORTED_MEDIA_TYPE", "send Content-Type: application/json");
      default -> new ErrorView("INTERNAL", "topom failed on this request; its log has the details");
    };
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
  }

  private static void answer(RoutingContext context, int status, ErrorView error) {
    JsonResponses.send(context.response(), status < 400 ? 500 : status, error);
  }
}
