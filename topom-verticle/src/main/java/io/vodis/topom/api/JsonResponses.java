package io.vodis.topom.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;

/** Writes views as JSON, indented for people at a terminal, absent values left out. */
final class JsonResponses {

  static final String CONTENT_TYPE = "application/json";

  private static final ObjectWriter WRITER =
      JsonMapper.builder()
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build()
          .writerWithDefaultPrettyPrinter();

  private JsonResponses() {}

  static void send(HttpServerResponse response, int status, Object view) {
    send(response, status, CONTENT_TYPE, Buffer.buffer(encode(view)));
  }

  /** Does nothing if the caller has gone or has been answered. */
  static void send(HttpServerResponse response, int status, String contentType, Buffer body) {
    if (response.ended() || response.closed()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(body);
  }

  private static byte[] encode(Object view) {
    try {
      return (WRITER.writeValueAsString(view) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a view that is no JSON: " + view.getClass(), e);
    }
  }
}
