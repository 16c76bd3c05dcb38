package io.vodis.lifecycle;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vodis.cluster.ClusterNodes;
import io.vodis.config.ConfigSections;
import io.vodis.config.ListenAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin ports of roles that cannot begin yet, as the store is away: alive, not ready, and they
 * say why. Closed before the roles open the same ports.
 */
public final class WaitingPages implements ClusterNodes.Waiting, AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(WaitingPages.class);

  /** Every role has it. */
  private static final String KEY = "admin_addr";

  private static final int UNAVAILABLE = 503;
  private static final long CLOSE_SECONDS = 5;

  private final List<ListenAddress> addresses;
  private final List<HealthEndpoint> open = new ArrayList<>();
  private @Nullable Vertx vertx;
  private boolean closed;
  private volatile String reason = "";

  private WaitingPages(List<ListenAddress> addresses) {
    this.addresses = addresses;
  }

  /** Of the roles with these configurations. Nothing is open yet. */
  public static WaitingPages of(List<? extends Record> configs) {
    return new WaitingPages(
        configs.stream()
            .flatMap(config -> ConfigSections.text(config, KEY).stream())
            .map(address -> ListenAddress.parse(KEY, address))
            .filter(address -> address.port() != 0)
            .toList());
  }

  /**
   * Opens the ports, unless they are.
   *
   * @throws VodisException if one of them is in use
   */
  @Override
  public synchronized void begin(String why) {
    reason = why;
    if (closed || vertx != null) {
      return;
    }
    Vertx own = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    vertx = own;
    try {
      for (ListenAddress address : addresses) {
        open.add(
            HealthEndpoint.start(
                own,
                address,
                new HealthEndpoint.Pages(
                    () -> Optional.of(reason),
                    () -> new JsonObject().put("state", "waiting").put("reason", reason),
                    router -> router.route().last().handler(this::refuse))));
      }
    } catch (VodisException e) {
      end();
      throw e;
    }
  }

  /** In the words of topom's API. */
  private void refuse(RoutingContext context) {
    context
        .response()
        .setStatusCode(UNAVAILABLE)
        .putHeader("content-type", "application/json")
        .end(new JsonObject().put("code", "unavailable").put("message", reason).encode() + "\n")
        .onFailure(e -> LOGGER.debug("an answer was not taken", e));
  }

  /** Closes the ports. */
  @Override
  public synchronized void end() {
    open.forEach(HealthEndpoint::close);
    open.clear();
    Vertx own = vertx;
    vertx = null;
    if (own != null) {
      try {
        own.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
      } catch (Exception e) {
        LOGGER.debug("the pages that were shown while waiting do not close in order", e);
      }
    }
  }

  /** Closes the ports for good: the process ends. */
  @Override
  public synchronized void close() {
    closed = true;
    end();
  }
}
