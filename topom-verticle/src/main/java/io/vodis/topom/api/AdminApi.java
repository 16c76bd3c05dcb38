package io.vodis.topom.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.openapi.router.OpenAPIRoute;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vodis.lifecycle.VodisException;
import io.vodis.topom.TopomService;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server of the admin API: listens from {@link #start} to {@link #close}. */
public final class AdminApi implements AutoCloseable {

  static final int BODY_BYTES_MAX = 64 * 1024;

  private static final Logger LOGGER = LoggerFactory.getLogger(AdminApi.class);

  private static final String BASE = "/api/v1";
  private static final int CALLS_MAX = 64;
  private static final int IDLE_SECONDS_MAX = 180;
  private static final int START_SECONDS_MAX = 30;

  /** As large as the contract is; read once, used for routing and served as it is. */
  private static final String CONTRACT_RESOURCE = "openapi.yaml";

  private final HttpServer server;
  private final LeaderForwarder forwarder;
  private final ExecutorService virtualThreads;

  private AdminApi(HttpServer server, LeaderForwarder forwarder, ExecutorService virtualThreads) {
    this.server = server;
    this.forwarder = forwarder;
    this.virtualThreads = virtualThreads;
  }

  /** The API and nothing else. */
  public static AdminApi start(Vertx vertx, TopomService service, AdminApiConfig config) {
    return start(vertx, service, config, router -> {});
  }

  /**
   * Blocks until the port is open; must not be called on an event loop.
   *
   * @param more adds routes that are not for operators
   * @throws VodisException if the port cannot be opened
   */
  public static AdminApi start(
      Vertx vertx, TopomService service, AdminApiConfig config, Consumer<Router> more) {
    ExecutorService virtualThreads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("topom-api-", 0).factory());
    LeaderForwarder forwarder = new LeaderForwarder(vertx);
    OperationHandler.Engine engine =
        new OperationHandler.Engine(
            vertx, service, virtualThreads, new Semaphore(CALLS_MAX), forwarder);
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(config.host())
            .setPort(config.port())
            .setIdleTimeout(IDLE_SECONDS_MAX)
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    Buffer contract = contractFile();
    Future<HttpServer> listening =
        contract(vertx, contract)
            .map(parsed -> router(parsed, contract, config, engine))
            .map(
                router -> {
                  more.accept(router);
                  return router;
                })
            .compose(router -> vertx.createHttpServer(options).requestHandler(router).listen());
    try {
      AdminApi api =
          new AdminApi(
              await(listening, "listen on " + config.host() + ":" + config.port()),
              forwarder,
              virtualThreads);
      LOGGER.info("admin API listens on {}:{}", config.host(), api.port());
      return api;
    } catch (VodisException e) {
      forwarder.close();
      virtualThreads.shutdownNow();
      throw e;
    }
  }

  /** The port it listens on, also where the configuration says 0. */
  public int port() {
    return server.actualPort();
  }

  /** Stops listening, then ends the calls that are under way. */
  @Override
  public void close() {
    await(server.close(), "close the admin API");
    await(forwarder.close(), "close the connections to the leader");
    virtualThreads.shutdownNow();
  }

  /** The contract as the server uses it. */
  static Future<OpenAPIContract> contract(Vertx vertx, Buffer file) {
    try {
      JsonNode parsed = new YAMLMapper().readTree(file.getBytes());
      return OpenAPIContract.from(vertx, new JsonObject(parsed.toString()));
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
  }

  static Buffer contractFile() {
    try (InputStream file = AdminApi.class.getResourceAsStream(CONTRACT_RESOURCE)) {
      return Buffer.buffer(Objects.requireNonNull(file, CONTRACT_RESOURCE).readAllBytes());
    } catch (IOException e) {
      throw new VodisException("cannot read " + CONTRACT_RESOURCE, e);
    }
  }

  private static Router router(
      OpenAPIContract contract,
      Buffer contractFile,
      AdminApiConfig config,
      OperationHandler.Engine engine) {
    ErrorHandler errors = new ErrorHandler();
    Router router = Router.router(engine.vertx());
    for (int status : new int[] {400, 404, 405, 413, 415, 500}) {
      router.errorHandler(status, errors);
    }
    router.route().failureHandler(errors);
    router.get("/").handler(context -> JsonResponses.send(context.response(), 200, index()));
    router
        .get("/health/live")
        .handler(context -> JsonResponses.send(context.response(), 200, Map.of("status", "live")));
    router
        .get("/health/ready")
        .handler(new HealthHandler(engine.vertx(), engine.service(), engine.virtualThreads()));
    router
        .get(BASE + "/openapi.yaml")
        .handler(
            context ->
                JsonResponses.send(context.response(), 200, "application/yaml", contractFile));
    router.route(BASE + "/*").subRouter(operations(contract, config, engine));
    return router;
  }

  private static Router operations(
      OpenAPIContract contract, AdminApiConfig config, OperationHandler.Engine engine) {
    RouterBuilder builder =
        RouterBuilder.create(engine.vertx(), contract, RequestExtractor.withBodyHandler());
    builder.rootHandler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX));
    builder.rootHandler(new AdminTokenHandler(config.adminToken()));
    Map<String, Operations.Operation> operations = Operations.all();
    for (OpenAPIRoute route : builder.getRoutes()) {
      String operationId = route.getOperation().getOperationId();
      Operations.Operation operation =
          Objects.requireNonNull(operations.get(operationId), operationId);
      route.setDoSecurity(false).addHandler(new OperationHandler(operation, engine));
    }
    return builder.createRouter();
  }

  private static Map<String, Object> index() {
    Map<String, String> links = new LinkedHashMap<>();
    for (String path :
        new String[] {
          "overview",
          "groups",
          "servers",
          "slots",
          "rebalance",
          "actions",
          "migration",
          "proxies",
          "members",
          "audit"
        }) {
      links.put(path, BASE + "/" + path);
    }
    links.put("reference", BASE + "/openapi.yaml");
    links.put("live", "/health/live");
    links.put("ready", "/health/ready");
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("name", "Vodis topom");
    index.put("links", links);
    return index;
  }

  private static <T> T await(Future<T> future, String what) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new VodisException("cannot " + what + ": " + cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new VodisException("cannot " + what + " within " + START_SECONDS_MAX + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VodisException("interrupted while trying to " + what, e);
    }
  }
}
