package io.vodis.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.it.ClusterMember;
import io.vodis.it.ClusterPlan;
import io.vodis.it.VodisCluster;
import io.vodis.it.chaos.Faults.Way;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.model.SlotMapping;
import io.vodis.store.StoreException;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients see of each fault, with the default time-outs and while slots move: printed as the
 * table of {@code docs/safety.md}. {@code -Dvodis.it.fault_kinds=N} takes the first N kinds.
 */
class FaultFiguresIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(FaultFiguresIT.class);
  private static final int KINDS = Integer.getInteger("vodis.it.fault_kinds", 1);

  /** Longer than a session lives and a failover takes. */
  private static final Duration LENGTH = Duration.ofSeconds(12);

  private static final Duration QUIET = Duration.ofSeconds(2);
  private static final Duration BOUND = Duration.ofSeconds(90);
  private static final int MOVING = 128;

  private final List<String> rows = new ArrayList<>();
  private int target = 2;

  @Test
  void whatClientsSeeOfEachFault() {
    ClusterPlan plan =
        ClusterPlan.small()
            .withServers(2, 1)
            .with(Role.TOPOM, 2)
            .with(Role.HA, 3)
            .inChildren(JavaProcess.LIGHT, Role.TOPOM, Role.PROXY, Role.HA)
            .relaying(Role.TOPOM, Role.PROXY, Role.HA)
            .relayingServers()
            .withRedis(null, Map.of("appendonly", "yes", "appendfsync", "no"))
            .withSessionTimeout(Duration.ofSeconds(6));
    try (VodisCluster cluster = VodisCluster.start(plan);
        Onlookers onlookers = new Onlookers(cluster.proxies())) {
      Faults faults = new Faults(cluster, new Random(1), LENGTH, LENGTH);
      List<Function<Faults, Fault>> kinds = kinds(cluster);
      for (Function<Faults, Fault> kind : kinds.subList(0, Math.min(KINDS, kinds.size()))) {
        rows.add(measure(cluster, onlookers, kind.apply(faults)));
      }
      LOGGER.info(
          """
          figures
          | fault | requests | failed | worst wait | disturbed until | of it after the mending | moves ended after | errors |
          |---|---|---|---|---|---|---|---|
          {}\
          """,
          String.join("\n", rows));
    }
  }

  private List<Function<Faults, Fault>> kinds(VodisCluster cluster) {
    List<Function<Faults, Fault>> kinds = new ArrayList<>();
    for (Way way : List.of(Way.KILL, Way.STOP, Way.CUT)) {
      kinds.add(f -> server(f, "the source server", primary(cluster, 3 - target), true, way));
      kinds.add(f -> server(f, "the target server", primary(cluster, target), true, way));
      kinds.add(f -> server(f, "a replica", f.replicas().getFirst(), false, way));
      kinds.add(f -> f.ofMember("the leader", f.leader(), way));
      kinds.add(f -> f.ofMember("the other topom", other(cluster, f), way));
      kinds.add(f -> f.ofMember("a proxy", cluster.proxy(0), way));
      kinds.add(f -> f.ofMember("an ha", cluster.members(Role.HA).getFirst(), way));
      if (way != Way.STOP) {
        kinds.add(f -> f.ofStore(way));
      }
    }
    return kinds;
  }

  private static Fault server(
      Faults faults, String called, HostAndPort address, boolean primary, Way way) {
    return faults.ofServer(called, address, primary, LENGTH, way);
  }

  private static HostAndPort primary(VodisCluster cluster, int groupId) {
    return cluster.topology().primaryOf(groupId).orElseThrow();
  }

  private static ClusterMember other(VodisCluster cluster, Faults faults) {
    ClusterMember leader = faults.leader();
    return cluster.members(Role.TOPOM).stream().filter(m -> m != leader).findFirst().orElseThrow();
  }

  private String measure(VodisCluster cluster, Onlookers onlookers, Fault fault) {
    Poll.until(BOUND, "nothing disturbs the clients", () -> onlookers.quietFor(QUIET));
    cluster.admin().patch("/migration", slow());
    cluster.admin().migrate(0, MOVING - 1, target);
    onlookers.take();

    long begin = System.nanoTime();
    CompletableFuture<Long> ended = CompletableFuture.supplyAsync(() -> awaitIdle(cluster));
    fault.begin().run();
    Poll.pass(LENGTH);
    long mended = System.nanoTime();
    fault.heal().run();
    cluster.awaitServing();
    Poll.until(BOUND, "clients are served again", () -> onlookers.quietFor(QUIET));
    Onlookers.Seen seen = onlookers.take();
    long endedNanos = ended.join();
    Roles.await(cluster);
    target = 3 - target;

    assertThat(seen.requests()).isPositive();
    long last = seen.lastNanos();
    String row =
        "| %s | %d | %d | %.1f s | %.1f s | %.1f s | %.1f s | %s |"
            .formatted(
                fault.kind(),
                seen.requests(),
                seen.failed(),
                seen.worst().toMillis() / 1e3,
                last == 0 ? 0.0 : (last - begin) / 1e9,
                last == 0 ? 0.0 : Math.max(0, last - mended) / 1e9,
                (endedNanos - begin) / 1e9,
                seen.errors());
    LOGGER.info("{}", row);
    return row;
  }

  /** Waits while the store is away, too, which cannot be asked then. */
  private static long awaitIdle(VodisCluster cluster) {
    Poll.until(
        BOUND,
        "all actions have ended",
        () -> {
          Poll.pass(Duration.ofMillis(100));
          try {
            return cluster.topology().slots().stream().allMatch(SlotMapping::isIdle);
          } catch (StoreException away) {
            return false;
          }
        });
    return System.nanoTime();
  }

  /** So that moves are under way during the whole fault. */
  private static JsonObject slow() {
    return new JsonObject().put("parallelSlots", 16);
  }
}
