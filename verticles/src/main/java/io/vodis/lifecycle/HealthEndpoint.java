package io.vodis.lifecycle;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vodis.config.ListenAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP admin port of a process: {@code /health/live} (the process answers), {@code
 * /health/ready} (it does its work, and what is wrong all the same; 503 with the reason otherwise)
 * and {@code /status} (what it knows, as JSON). Answers are made on virtual threads and at most
 * {@value #CONCURRENT_MAX} at a time, so that a slow page cannot pile up.
 */
public final class HealthEndpoint implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(HealthEndpoint.class);
  private static final int CONCURRENT_MAX = 16;

  private final HttpServer server;
  private final Semaphore permits = new Semaphore(CONCURRENT_MAX);

  private HealthEndpoint(Vertx vertx, ListenAddress address, Pages pages) {
    Router router = Router.router(vertx);
    router.get("/health/live").handler(context -> end(context, 200, state("live")));
    router.get("/health/ready").handler(context -> answer(context, () -> ready(pages)));
    router
        .get("/status")
        .handler(context -> answer(context, () -> new Answer(200, pages.status().call())));
    pages.more().accept(router);
    server = vertx.createHttpServer().requestHandler(router);
    try {
      join(server.listen(address.port(), address.host()));
    } catch (CompletionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new VodisException("cannot listen on " + address + ": " + cause.getMessage(), e);
    }
  }

  /**
   * What the port shows. Suppliers may block.
   *
   * @param notReady the reason why the process is not ready; empty if it is
   * @param warnings what is wrong although it may be ready, in words
   * @param more adds further routes
   */
  public record Pages(
      Callable<Optional<String>> notReady,
      Callable<List<String>> warnings,
      Callable<JsonObject> status,
      Consumer<Router> more) {

    /** Of a process with which nothing can be wrong while it is ready. */
    public Pages(
        Callable<Optional<String>> notReady, Callable<JsonObject> status, Consumer<Router> more) {
      this(notReady, List::of, status, more);
    }
  }

  private record Answer(int status, JsonObject body) {}

  /**
   * Listens, and returns when the port is open.
   *
   * @throws VodisException if the address is in use or cannot be bound
   */
  public static HealthEndpoint start(Vertx vertx, ListenAddress address, Pages pages) {
    return new HealthEndpoint(vertx, address, pages);
  }

  /** The port in use, also if the system chose it. */
  public int port() {
    return server.actualPort();
  }

  private static Answer ready(Pages pages) throws Exception {
    Optional<String> reason = pages.notReady().call();
    JsonObject state =
        reason.isPresent() ? state("not ready").put("reason", reason.get()) : state("ready");
    List<String> warnings = pages.warnings().call();
    if (!warnings.isEmpty()) {
      state.put("warnings", new JsonArray(warnings));
    }
    return new Answer(reason.isPresent() ? 503 : 200, state);
  }

  private void answer(RoutingContext context, Callable<Answer> page) {
    if (!permits.tryAcquire()) {
      end(context, 503, state("busy"));
      return;
    }
    Thread.ofVirtual()
        .name("http ", 0)
        .start(
            () -> {
              try {
                Answer answer = page.call();
                end(context, answer.status(), answer.body());
              } catch (Exception e) {
                LOGGER.warn("{} failed", context.request().path(), e);
                end(context, 500, state("failed"));
              } finally {
                permits.release();
              }
            });
  }

  private static void end(RoutingContext context, int status, JsonObject body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(body.encodePrettily() + "\n")
        .onFailure(e -> LOGGER.debug("a health page was not taken", e));
  }

  private static JsonObject state(String state) {
    return new JsonObject().put("state", state);
  }

  private static void join(Future<?> future) {
    future.toCompletionStage().toCompletableFuture().join();
  }

  @Override
  public void close() {
    try {
      join(server.close());
    } catch (CompletionException | CancellationException e) {
      LOGGER.debug("the admin port was closed already", e);
    }
  }
}
