package io.vodis.proxy;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vodis.config.Durations;
import io.vodis.lifecycle.BearerToken;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.VodisException;
import io.vodis.proxy.control.ProxyControlVerticle;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be changed over a proxy's admin port: {@code POST /reload} reads the configuration
 * again, {@code POST /isolation?serve_for=10m} lets the proxy serve without the store.
 */
final class AdminPages {

  private static final Logger LOGGER = LoggerFactory.getLogger(AdminPages.class);
  private static final Duration ALONE_MAX = Duration.ofDays(1);

  /** An error of the caller. */
  private static final int UNPROCESSABLE = 422;

  private final BearerToken token;
  private final Supplier<String> reload;
  private final Supplier<@Nullable ProxyControlVerticle> control;

  AdminPages(
      String adminToken,
      Supplier<String> reload,
      Supplier<@Nullable ProxyControlVerticle> control) {
    this.token = new BearerToken(adminToken);
    this.reload = reload;
    this.control = control;
  }

  void addTo(Router router) {
    router.post("/reload").handler(context -> whenAllowed(context, token.isEmpty(), this::reload));
    router.post("/isolation").handler(context -> whenAllowed(context, false, this::isolation));
  }

  private void whenAllowed(
      RoutingContext context, boolean openToAll, Function<RoutingContext, String> page) {
    Optional<String> refusal =
        openToAll
            ? Optional.empty()
            : token.refusal(context.request().getHeader(HttpHeaders.AUTHORIZATION));
    if (!openToAll && token.isEmpty()) {
      end(context, 403, "error", "this proxy has no admin_token, so nobody can force it");
    } else if (refusal.isPresent()) {
      context.response().putHeader("WWW-Authenticate", "Bearer");
      end(context, 401, "error", refusal.get());
    } else {
      Thread.ofVirtual().name("admin page").start(() -> answer(context, page));
    }
  }

  private static void answer(RoutingContext context, Function<RoutingContext, String> page) {
    try {
      end(context, 200, "result", page.apply(context));
    } catch (VodisException e) {
      end(context, UNPROCESSABLE, "error", OneLine.of(e));
    }
  }

  private String reload(RoutingContext context) {
    String report = reload.get();
    LOGGER.info("reload: {}", report);
    return report;
  }

  private String isolation(RoutingContext context) {
    ProxyControlVerticle verticle = control.get();
    if (verticle == null) {
      throw new VodisException("the proxy is still starting");
    }
    Duration length = length(context.request().getParam("serve_for"));
    verticle.serveAlone(
        length,
        Optional.ofNullable(context.request().getHeader("X-Vodis-Actor")).orElse("unknown"),
        String.valueOf(context.request().remoteAddress()));
    return length.isZero()
        ? "serves only while the store answers"
        : "serves whether the store answers or not, for " + Durations.render(length);
  }

  private static Duration length(@Nullable String text) {
    try {
      Duration length = Durations.parse(text == null ? "" : text);
      if (!length.isNegative() && length.compareTo(ALONE_MAX) <= 0) {
        return length;
      }
    } catch (IllegalArgumentException e) {
      LOGGER.debug("not a duration", e);
    }
    throw new VodisException("serve_for: expected a duration such as 10m, at most 24h; 0s to end");
  }

  private static void end(RoutingContext context, int status, String name, String words) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(new JsonObject().put(name, words).encodePrettily() + "\n")
        .onFailure(e -> LOGGER.debug("the answer was not taken", e));
  }
}
