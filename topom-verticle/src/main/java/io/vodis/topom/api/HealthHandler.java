package io.vodis.topom.api;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import io.vodis.lifecycle.VodisException;
import io.vodis.topom.TopomService;
import io.vodis.topom.TopomView;
import java.util.Map;
import java.util.concurrent.Executor;

/** Readiness: whether this topom can answer, and knows a leader to pass changes on to. */
final class HealthHandler implements Handler<RoutingContext> {

  private final Vertx vertx;
  private final TopomService service;
  private final Executor virtualThreads;

  HealthHandler(Vertx vertx, TopomService service, Executor virtualThreads) {
    this.vertx = vertx;
    this.service = service;
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void handle(RoutingContext context) {
    Context loop = vertx.getOrCreateContext();
    virtualThreads.execute(
        () -> {
          String reason = whyNotReady();
          loop.runOnContext(ignored -> answer(context, reason));
        });
  }

  /** Empty if ready. */
  private String whyNotReady() {
    try {
      TopomView view = service.view();
      return view.leading() || view.leader() != null ? "" : "no topom leads";
    } catch (VodisException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static void answer(RoutingContext context, String reason) {
    if (reason.isEmpty()) {
      JsonResponses.send(context.response(), 200, Map.of("status", "ready"));
    } else {
      JsonResponses.send(context.response(), 503, Map.of("status", "not ready", "reason", reason));
    }
  }
}
