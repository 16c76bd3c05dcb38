package io.vodis.proxy;

import io.vodis.metric.LatencyBuckets;
import io.vodis.metric.ProxyMetrics;
import io.vodis.metric.Sample;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.BackendState;
import io.vodis.proxy.backend.BackendView;
import io.vodis.proxy.command.CommandTable;
import io.vodis.proxy.control.ProxyControlVerticle;
import io.vodis.proxy.stats.LoopSnapshot;
import io.vodis.proxy.stats.LoopStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;

/** The figures of all loops of the process, added up. */
final class ProxySamples {

  private static final long TIMEOUT_SECONDS = 5;

  private final DataPlane plane;
  private final ProxyControlVerticle control;

  ProxySamples(DataPlane plane, ProxyControlVerticle control) {
    this.plane = plane;
    this.control = control;
  }

  /** Asks every loop; blocks until all have answered. */
  List<Sample> sample() throws TimeoutException {
    List<LoopSnapshot> loops = plane.snapshots().await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    List<Sample> samples = new ArrayList<>();
    LoopStats stats = LoopSnapshot.sum(loops);
    // The table of the moment after: it has every id that the loops have counted.
    addCommands(samples, stats, plane.commands());
    addSessions(samples, stats, loops);
    addListeners(samples, loops);
    addSlots(samples, loops);
    addBackends(samples, loops);
    return samples;
  }

  private static void addCommands(List<Sample> samples, LoopStats stats, CommandTable commands) {
    for (int id = 0; id < stats.commandCount(); id++) {
      if (stats.calls(id) > 0) {
        String command = commands.byId(id).name();
        samples.add(ProxyMetrics.COMMANDS.of(stats.calls(id), command));
        samples.add(ProxyMetrics.COMMAND_ERRORS.of(stats.errors(id), command));
        List<Long> counts = new ArrayList<>(LatencyBuckets.COUNT);
        for (int bucket = 0; bucket < LatencyBuckets.COUNT; bucket++) {
          counts.add(stats.bucket(id, bucket));
        }
        samples.add(ProxyMetrics.COMMAND_SECONDS.of(counts, stats.nanos(id) / 1e9, command));
      }
    }
  }

  private static void addSessions(List<Sample> samples, LoopStats stats, List<LoopSnapshot> loops) {
    samples.add(ProxyMetrics.SESSIONS.of(loops.stream().mapToInt(LoopSnapshot::sessions).sum()));
    samples.add(ProxyMetrics.SESSIONS_ACCEPTED.of(stats.sessionsTotal()));
    samples.add(ProxyMetrics.SESSIONS_REJECTED.of(stats.sessionsRejected()));
    samples.add(ProxyMetrics.SESSIONS_CLOSED_BY_LIMIT.of(stats.sessionsClosedByLimit()));
    samples.add(ProxyMetrics.SESSION_STOPS.of(stats.pipelineStops(), "pipeline"));
    samples.add(ProxyMetrics.SESSION_STOPS.of(stats.outputStops(), "output"));
    samples.add(ProxyMetrics.SESSION_STOPS.of(sum(loops, l -> l.waiting().stalled()), "slot"));
    samples.add(
        ProxyMetrics.SESSION_STOPS.of(
            sum(loops, l -> l.backends().stream().mapToLong(BackendView::stalls).sum()),
            "backend"));
    samples.add(ProxyMetrics.PROTOCOL_ERRORS.of(stats.protocolErrors()));
    samples.add(ProxyMetrics.UNKNOWN_COMMANDS.of(stats.unknownCommands()));
    samples.add(ProxyMetrics.LARGE_REQUESTS.of(stats.largeRequests()));
    samples.add(ProxyMetrics.TRANSACTIONS.of(stats.transactions()));
    samples.add(ProxyMetrics.BLOCKED.of(stats.blocked()));
    samples.add(ProxyMetrics.BLOCKED_CARRIED_OVER.of(stats.blockedCarriedOver()));
    samples.add(ProxyMetrics.WATCHES_BROKEN.of(stats.watchesBroken()));
    samples.add(ProxyMetrics.CLIENT_BYTES.of(stats.bytesIn(), "in"));
    samples.add(ProxyMetrics.CLIENT_BYTES.of(stats.bytesOut(), "out"));
  }

  private static void addListeners(List<Sample> samples, List<LoopSnapshot> loops) {
    samples.add(
        ProxyMetrics.LISTENERS.of(sum(loops, l -> l.listeners().subscribers()), "subscriber"));
    samples.add(ProxyMetrics.LISTENERS.of(sum(loops, l -> l.listeners().monitors()), "monitor"));
    samples.add(ProxyMetrics.LISTENERS.of(sum(loops, l -> l.listeners().trackers()), "tracking"));
    samples.add(ProxyMetrics.MESSAGES.of(sum(loops, l -> l.listeners().messages())));
    samples.add(ProxyMetrics.LISTENERS_CUT.of(sum(loops, l -> l.listeners().cut())));
    samples.add(ProxyMetrics.SUBSCRIBER_CONNECTIONS_LOST.of(sum(loops, l -> l.listeners().lost())));
  }

  private void addSlots(List<Sample> samples, List<LoopSnapshot> loops) {
    samples.add(ProxyMetrics.WAITING_REQUESTS.of(sum(loops, loop -> loop.waiting().requests())));
    samples.add(ProxyMetrics.WAITED_REQUESTS.of(sum(loops, loop -> loop.waiting().parked())));
    samples.add(ProxyMetrics.WAIT_TIMEOUTS.of(sum(loops, loop -> loop.waiting().timedOut())));
    samples.add(ProxyMetrics.MOVED_KEYS.of(sum(loops, loop -> loop.waiting().keysMoved())));
    samples.add(ProxyMetrics.EPOCH.of(control.epoch()));
    samples.add(ProxyMetrics.SERVING.of(control.notServing().isEmpty() ? 1 : 0));
    control
        .keptFiles()
        .forEach((file, ok) -> samples.add(ProxyMetrics.KEPT_FILE_OK.of(ok ? 1 : 0, file)));
    samples.add(ProxyMetrics.LEASE_SECONDS.of(Math.max(0, control.leaseLeftMillis()) / 1e3));
  }

  private static long sum(List<LoopSnapshot> loops, ToLongFunction<LoopSnapshot> figure) {
    return loops.stream().mapToLong(figure).sum();
  }

  private static void addBackends(List<Sample> samples, List<LoopSnapshot> loops) {
    Map<HostAndPort, List<BackendView>> byServer = new TreeMap<>();
    for (LoopSnapshot loop : loops) {
      for (BackendView view : loop.backends()) {
        byServer.computeIfAbsent(view.server(), server -> new ArrayList<>()).add(view);
      }
    }
    byServer.forEach((server, views) -> addBackend(samples, server.toString(), views));
  }

  private static void addBackend(List<Sample> samples, String server, List<BackendView> views) {
    samples.add(ProxyMetrics.BACKEND_REQUESTS.of(total(views, BackendView::requests), server));
    samples.add(ProxyMetrics.BACKEND_FAILURES.of(total(views, BackendView::failures), server));
    samples.add(ProxyMetrics.BACKEND_CONNECTS.of(total(views, BackendView::connects), server));
    samples.add(
        ProxyMetrics.BACKEND_CONNECT_FAILURES.of(
            total(views, BackendView::connectFailures), server));
    samples.add(ProxyMetrics.BACKEND_BYTES.of(total(views, BackendView::bytesIn), server, "in"));
    samples.add(ProxyMetrics.BACKEND_BYTES.of(total(views, BackendView::bytesOut), server, "out"));
    samples.add(ProxyMetrics.BACKEND_IN_FLIGHT.of(total(views, BackendView::inFlight), server));
    boolean up = views.stream().noneMatch(view -> view.state() == BackendState.BACKOFF);
    samples.add(ProxyMetrics.BACKEND_UP.of(up ? 1 : 0, server));
  }

  private static long total(List<BackendView> views, ToLongFunction<BackendView> figure) {
    return views.stream().mapToLong(figure).sum();
  }
}
