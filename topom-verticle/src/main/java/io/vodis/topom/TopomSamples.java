package io.vodis.topom;

import io.vodis.metric.Sample;
import io.vodis.metric.TopomMetrics;
import io.vodis.model.Group;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.ServerStatus;
import io.vodis.topom.TopomView.ServerHealth;
import io.vodis.topom.census.SampleCounts;
import io.vodis.topom.transition.SlotTransitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From what topom knows to its figures. Pure. */
final class TopomSamples {

  private static final List<String> SLOT_STATES =
      List.of(
          "offline",
          "idle",
          "pending",
          "preparing",
          "prepared",
          "migrating",
          "turning",
          "finished");

  private TopomSamples() {}

  static List<Sample> of(TopomView view, long movedKeys, SampleCounts counts) {
    List<Sample> samples = new ArrayList<>();
    Topology topology = view.topology();
    samples.add(TopomMetrics.LEADER.of(view.leading() ? 1 : 0));
    samples.add(TopomMetrics.TERM.of(view.term()));
    samples.add(TopomMetrics.EPOCH.of(topology.epoch()));
    samples.add(TopomMetrics.KEYS_MOVED.of(movedKeys));
    samples.add(TopomMetrics.KEYS_SAMPLED.of(counts.sampled().sum()));
    samples.add(TopomMetrics.KEYS_ASTRAY.of(counts.strays().sum()));
    if (!view.leading()) {
      return samples;
    }
    slots(topology).forEach((state, n) -> samples.add(TopomMetrics.SLOTS.of(n, state)));
    samples.add(
        TopomMetrics.PROXIES_BEHIND.of(
            view.proxies().stream()
                .filter(proxy -> proxy.alive() && proxy.epoch() < topology.epoch())
                .count()));
    samples.add(
        TopomMetrics.GROUPS_PROMOTING.of(
            topology.groups().values().stream()
                .filter(group -> !group.promotion().equals(Promotion.NONE))
                .count()));
    servers(view, samples);
    return samples;
  }

  private static Map<String, Integer> slots(Topology topology) {
    Map<String, Integer> counts = new TreeMap<>();
    SLOT_STATES.forEach(state -> counts.put(state, 0));
    for (SlotMapping slot : topology.slots()) {
      boolean offline =
          slot.groupId() == SlotMapping.NO_GROUP && slot.action() instanceof SlotAction.Idle;
      String state = offline ? "offline" : SlotTransitions.stateName(slot.action());
      counts.merge(state, 1, Integer::sum);
    }
    return counts;
  }

  private static void servers(TopomView view, List<Sample> samples) {
    int up = 0;
    int down = 0;
    for (Group group : view.topology().groups().values()) {
      for (Server server : group.servers()) {
        ServerHealth health = view.servers().get(server.address());
        boolean answers = health != null && health.error() == null;
        up += answers ? 1 : 0;
        down += answers ? 0 : 1;
        String[] labels = {
          Integer.toString(group.groupId()),
          server.address().toString(),
          server.equals(group.servers().getFirst()) ? "primary" : "replica"
        };
        samples.add(TopomMetrics.SERVER_UP.of(answers ? 1 : 0, labels));
        @Nullable ServerStatus status = health == null ? null : health.status();
        if (answers && status != null) {
          samples.add(TopomMetrics.SERVER_KEYS.of(status.keys(), labels));
          samples.add(TopomMetrics.SERVER_MEMORY_BYTES.of(status.usedMemoryBytes(), labels));
        }
      }
    }
    samples.add(TopomMetrics.SERVERS.of(up, "up"));
    samples.add(TopomMetrics.SERVERS.of(down, "down"));
  }
}
