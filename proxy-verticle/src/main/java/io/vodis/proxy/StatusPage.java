package io.vodis.proxy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vodis.model.Role;
import io.vodis.proxy.backend.BackendView;
import io.vodis.proxy.control.ProxyControlVerticle;
import io.vodis.proxy.stats.LoopSnapshot;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What {@code /status} of the admin port shows. */
final class StatusPage {

  private static final long TIMEOUT_SECONDS = 5;

  private final DataPlane plane;
  private final @Nullable ProxyControlVerticle control;

  StatusPage(DataPlane plane, @Nullable ProxyControlVerticle control) {
    this.plane = plane;
    this.control = control;
  }

  /** Asks every loop; blocks until all have answered. */
  JsonObject render() throws TimeoutException {
    List<LoopSnapshot> loops = plane.snapshots().await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    JsonObject status =
        new JsonObject()
            .put("role", Role.PROXY.id())
            .put("incarnation", plane.incarnation())
            .put("start_time", plane.startedAt().toString())
            .put("proxy_port", plane.proxyPort())
            .put("loops", loops.size());
    if (control != null) {
      status
          .put("term", control.term())
          .put("epoch", control.epoch())
          .put("lease_left_millis", control.leaseLeftMillis())
          .put("serve_without_lease_millis", Math.max(0, control.aloneLeftMillis()))
          .put("not_serving", control.notServing().orElse(null))
          .put("warnings", new JsonArray(control.warnings()));
    }
    JsonArray backends = new JsonArray();
    loops.forEach(loop -> loop.backends().forEach(view -> backends.add(backend(view))));
    return status
        .put("sessions", loops.stream().mapToInt(LoopSnapshot::sessions).sum())
        .put("waiting", loops.stream().mapToInt(loop -> loop.waiting().requests()).sum())
        .put("requests", LoopSnapshot.sum(loops).callsTotal())
        .put("backends", backends);
  }

  private static JsonObject backend(BackendView view) {
    return new JsonObject()
        .put("server", view.server().toString())
        .put("database", view.database())
        .put("protocol", view.protocol().version())
        .put("state", view.state().id())
        .put("in_flight", view.inFlight())
        .put("pending_bytes", view.pendingBytes())
        .put("requests", view.requests())
        .put("failures", view.failures())
        .put("last_error", view.lastError());
  }
}
