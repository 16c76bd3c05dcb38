package io.vodis.ha;

import io.vodis.ha.act.FailoverCaller;
import io.vodis.ha.judge.ServerHealth;
import io.vodis.metric.HaMetrics;
import io.vodis.metric.Sample;
import io.vodis.model.Group;
import io.vodis.model.Server;
import io.vodis.redis.ServerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Turns what this member knows into metrics. */
final class HaSamples {

  private HaSamples() {}

  static List<Sample> of(
      Snapshot snapshot, ProbeCounters counters, FailoverCaller caller, Duration storeSilence) {
    List<Sample> samples = new ArrayList<>();
    for (Group group : snapshot.topology().groups().values()) {
      for (Server server : group.servers()) {
        snapshot
            .health()
            .of(server.address())
            .ifPresent(health -> addServer(samples, group.groupId(), health, counters));
      }
    }
    snapshot
        .groups()
        .forEach(
            (groupId, state) ->
                samples.add(
                    HaMetrics.GROUP_VERDICT.of(
                        1, Integer.toString(groupId), state.verdict().id())));
    for (FailoverCaller.Outcome outcome : FailoverCaller.Outcome.values()) {
      samples.add(
          HaMetrics.FAILOVER_REQUESTS.of(
              caller.count(outcome), outcome.name().toLowerCase(Locale.ROOT)));
    }
    samples.add(
        HaMetrics.PROBE_SECONDS.of(counters.latency().counts(), counters.latency().sumSeconds()));
    samples.add(HaMetrics.STORE_SILENT_SECONDS.of(storeSilence.toMillis() / 1e3));
    return samples;
  }

  private static void addServer(
      List<Sample> samples, int groupId, ServerHealth health, ProbeCounters counters) {
    String[] labels = {Integer.toString(groupId), health.server().toString()};
    samples.add(HaMetrics.SERVER_UP.of(health.failing() ? 0 : 1, labels));
    samples.add(HaMetrics.SERVER_SILENT_SECONDS.of(health.silence().toMillis() / 1e3, labels));
    samples.add(HaMetrics.PROBE_FAILURES.of(counters.failures(health.server()), labels));
    ServerStatus status = health.last().status();
    if (status != null) {
      samples.add(HaMetrics.SERVER_PRIMARY.of(status.primary() ? 1 : 0, labels));
      samples.add(HaMetrics.SERVER_LOADING.of(status.loading() ? 1 : 0, labels));
      samples.add(HaMetrics.SERVER_LINK_UP.of(status.linkUp() ? 1 : 0, labels));
      samples.add(HaMetrics.SERVER_OFFSET_BYTES.of(status.offset(), labels));
      samples.add(HaMetrics.SERVER_MEMORY_USED_BYTES.of(status.usedMemoryBytes(), labels));
      samples.add(HaMetrics.SERVER_MEMORY_MAX_BYTES.of(status.maxMemoryBytes(), labels));
      samples.add(HaMetrics.SERVER_KEYS.of(status.keys(), labels));
      samples.add(HaMetrics.SERVER_CLIENTS.of(status.connectedClients(), labels));
    }
  }
}
