package io.vodis.metrics;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Takes what InfluxDB would be sent. Closing it ends nothing but the listening. */
final class FakeInflux implements AutoCloseable {

  /** One request. */
  record Received(String uri, Map<String, String> headers, String body) {}

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  FakeInflux(Vertx vertx, int port) {
    HttpServerOptions unzipping = new HttpServerOptions().setDecompressionSupported(true);
    server = vertx.createHttpServer(unzipping).requestHandler(this::handle);
    server.listen(port, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  List<Received> received() {
    return received;
  }

  /** All lines of the line protocol so far. */
  List<String> lines() {
    return received.stream().flatMap(request -> request.body().lines()).toList();
  }

  private void handle(HttpServerRequest request) {
    Map<String, String> headers =
        request.headers().entries().stream()
            .collect(
                Collectors.toMap(
                    entry -> entry.getKey().toLowerCase(java.util.Locale.ROOT),
                    Map.Entry::getValue,
                    (a, b) -> a));
    request
        .body()
        .onSuccess(
            body -> {
              received.add(new Received(request.uri(), headers, body.toString()));
              var unused = request.response().setStatusCode(204).end();
            });
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }
}
