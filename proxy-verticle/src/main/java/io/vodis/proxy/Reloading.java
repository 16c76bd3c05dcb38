package io.vodis.proxy;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vodis.config.ConfigChanges;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.VodisException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again while the proxy runs: at SIGHUP, or at {@code POST /reload} of the
 * admin port. No connection is touched. What CONFIG SET has changed is back at what the file says.
 */
final class Reloading {

  private static final Logger LOGGER = LoggerFactory.getLogger(Reloading.class);

  /** What takes effect at once, for new and for present clients where both can have it. */
  static final Set<String> WHILE_RUNNING =
      Set.of(
          "command_policy",
          "session_auth",
          "session_recv_timeout",
          "session_send_timeout",
          "session_max_pipeline",
          "session_max_output",
          "session_max_request",
          "session_keepalive_period",
          "session_break_on_failure",
          "proxy_max_clients",
          "client_max_pause",
          "slowlog_log_slower_than",
          "slowlog_max_len",
          "slowlog_close_look",
          "config_set_allowed");

  private final DataPlane plane;
  private final ProxyConfig started;
  private ProxyConfig current;
  private @Nullable Supplier<? extends Record> source;

  Reloading(ProxyConfig started, DataPlane plane) {
    this.started = started;
    this.current = started;
    this.plane = plane;
  }

  synchronized void from(Supplier<? extends Record> newSource) {
    source = newSource;
  }

  /** Reads and applies; returns what came of it in one line. */
  synchronized String reload() {
    Supplier<? extends Record> from = source;
    if (from == null) {
      throw new VodisException("this process does not know where its configuration came from");
    }
    ProxyConfig fresh = (ProxyConfig) from.get();
    List<String> applied = new ArrayList<>();
    for (String key : ConfigChanges.between(ProxyConfig.class, current, fresh)) {
      if (WHILE_RUNNING.contains(key)) {
        applied.add(key);
      }
    }
    List<String> needRestart = new ArrayList<>();
    for (String key : ConfigChanges.between(ProxyConfig.class, started, fresh)) {
      if (!WHILE_RUNNING.contains(key)) {
        needRestart.add(key);
      }
    }
    // The number of databases is that of the start: loops have made room for so many.
    plane.apply(
        fresh.session().limits(started.backend().backendNumberDatabases()),
        fresh.server().settings(fresh.listen().proxyMaxClients()));
    plane.policy(fresh.command().policy());
    current = fresh;
    return "in force now: " + list(applied) + "; needs a restart: " + list(needRestart);
  }

  private static String list(List<String> keys) {
    return keys.isEmpty() ? "nothing" : String.join(", ", keys);
  }

  /** Adds {@code POST /reload}. */
  void addTo(Router router) {
    router
        .post("/reload")
        .handler(context -> Thread.ofVirtual().name("reload").start(() -> answer(context)));
  }

  private void answer(RoutingContext context) {
    int status = 200;
    JsonObject body = new JsonObject();
    try {
      String report = reload();
      LOGGER.info("reload: {}", report);
      body.put("result", report);
    } catch (VodisException e) {
      status = 422;
      body.put("error", OneLine.of(e));
    }
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(body.encodePrettily() + "\n")
        .onFailure(e -> LOGGER.debug("the answer was not taken", e));
  }
}
