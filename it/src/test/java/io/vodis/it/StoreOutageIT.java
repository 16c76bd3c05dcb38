package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.store.Witnesses;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store goes away for longer than any session lives, and everything heals without restart. */
class StoreOutageIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(StoreOutageIT.class);
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration HEALING = Duration.ofSeconds(30);

  @Test
  void trafficGoesOnWhileTheStoreIsAwayForLongerThanAnySessionLives() {
    Duration sessions = Duration.ofSeconds(10);
    ClusterPlan plan = ClusterPlan.small().with(Role.HA, 1).withSessionTimeout(sessions);
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      Workload load =
          Workload.start(Workload.Settings.over(cluster.proxies()).withPause(Duration.ofMillis(5)));
      awaitWitnesses(cluster, 2);

      // When
      cluster.zooKeeper().stop();
      Poll.pass(sessions.plusSeconds(5));
      cluster.zooKeeper().restart();
      cluster.migrateAndAwait(0, 99, 2, HEALING);
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
    }
  }

  @Test
  void aProxyForWhichNobodyVouchesFencesItselfAndHealsByItself() {
    ClusterPlan plan = ClusterPlan.small().with(Role.PROXY, 1).withSessionTimeout(SESSION_TIMEOUT);
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      Workload load =
          Workload.start(
              Workload.Settings.over(cluster.proxies()).withPause(Duration.ofMillis(50)));
      HostAndPort proxy = cluster.proxies().getFirst();
      awaitWitnesses(cluster, 1);
      ClusterMember topom = cluster.leader();
      topom.stop();

      // When
      cluster.zooKeeper().stop();
      Poll.until(SESSION_TIMEOUT, "the proxy has fenced itself", () -> isFenced(proxy));
      Poll.pass(SESSION_TIMEOUT.multipliedBy(2));
      boolean stillFenced = isFenced(proxy);
      cluster.zooKeeper().restart();
      Poll.until(HEALING, "the proxy serves again", () -> !isFenced(proxy));
      topom.restart();
      cluster.awaitServing();
      cluster.migrateAndAwait(0, 99, 2, HEALING);
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      assertThat(stillFenced).isTrue();
      assertThat(report.errors().keySet()).allMatch(text -> text.contains("CLUSTERDOWN"));
      assertThat(report.connectionsLost()).isZero();
      assertThat(report.findings()).isEmpty();
      Checks.assertNothingLost(cluster, load);
    }
  }

  @Test
  void anOutageShorterThanTheLeaseGoesUnnoticed() {
    // A lease of 13 s: the store is away for two, and a busy machine may take long to find it
    // again.
    ClusterPlan plan = ClusterPlan.small().withSessionTimeout(Duration.ofSeconds(20));
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      Workload load =
          Workload.start(Workload.Settings.over(cluster.proxies()).withPause(Duration.ofMillis(5)));

      // When
      cluster.zooKeeper().stop();
      Poll.pass(Duration.ofSeconds(2));
      cluster.zooKeeper().restart();
      cluster.migrateAndAwait(0, 99, 2, HEALING);
      WorkloadReport report = load.stop();

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
    }
  }

  @Test
  void aProxyCutOffFromTheStoreServesNothingWhileTheOthersGoOn() {
    // A machine that is busy for two seconds must not cost the other proxy its lease.
    Duration sessions = SESSION_TIMEOUT.multipliedBy(2);
    ClusterPlan plan = ClusterPlan.small().relaying(Role.PROXY).withSessionTimeout(sessions);
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      Workload load =
          Workload.start(Workload.Settings.over(cluster.proxies()).withPause(Duration.ofMillis(5)));
      ClusterMember isolated = cluster.proxy(0);
      ClusterMember other = cluster.proxy(1);

      // When
      cluster.relayOf(isolated).cut();
      Poll.until(sessions, "it has fenced itself", () -> isFenced(isolated.address()));
      cluster.migrateAndAwait(0, 255, 2, HEALING);
      boolean stillFenced = isFenced(isolated.address());
      cluster.relayOf(isolated).mend();
      cluster.awaitServing(isolated.address());
      cluster.migrateAndAwait(0, 255, 1, HEALING);
      WorkloadReport report = load.stop();
      WorkloadReport ofOther = load.reportOf(other.address());
      LOGGER.info("{}", report);

      // Then
      assertThat(stillFenced).isTrue();
      assertThat(ofOther.connectionsLost()).isZero();
      assertThat(ofOther.errors().keySet()).allMatch(text -> text.contains("TRYAGAIN"));
      assertThat(report.findings()).isEmpty();
      Checks.assertNothingLost(cluster, load);
    }
  }

  /** Every proxy has said in the store who may vouch for it. */
  private static void awaitWitnesses(VodisCluster cluster, int each) {
    Poll.until(
        HEALING,
        () -> "witnesses are named: " + cluster.store().witnesses(),
        () -> {
          List<Witnesses> named = cluster.store().witnesses();
          return named.size() == cluster.proxies().size()
              && named.stream().allMatch(one -> one.members().size() >= each);
        });
  }

  private static boolean isFenced(HostAndPort proxy) {
    try (RespClient client = RespClient.connect(proxy)) {
      return client.call("GET", "some key") instanceof RespError error
          && error.message().startsWith("CLUSTERDOWN ");
    }
  }
}
