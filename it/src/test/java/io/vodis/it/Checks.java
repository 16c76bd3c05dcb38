package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.workload.Finding;
import io.vodis.testsupport.workload.HistoryChecker;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import java.util.List;

/** What must hold after a load, whatever happened meanwhile. */
public final class Checks {

  private Checks() {}

  /** No error, no lost connection, no wrong reply. */
  public static void assertUndisturbed(WorkloadReport report) {
    assertThat(report.acknowledged()).as("operations").isPositive();
    assertThat(report.errors()).as("errors").isEmpty();
    assertThat(report.connectionsLost()).as("lost connections").isZero();
    assertThat(report.unknown()).as("operations of unknown fate").isZero();
    assertThat(report.findings()).as("wrong replies").isEmpty();
  }

  /** Everything acknowledged is there and in order, as clients see it. */
  public static void assertSeenByClients(VodisCluster cluster, Workload load) {
    assertSeenByClients(cluster, checker(cluster, load, Duration.ZERO));
  }

  private static void assertSeenByClients(VodisCluster cluster, HistoryChecker checker) {
    for (HostAndPort proxy : cluster.proxies()) {
      assertThat(checker.checkThrough(proxy)).as("seen through %s", proxy).isEmpty();
    }
  }

  /** Everything acknowledged is there once, in order, on the right server and seen by clients. */
  public static void assertNothingLost(VodisCluster cluster, Workload load) {
    assertNothingLost(cluster, load, Duration.ZERO);
  }

  /** The same where servers and networks have stood still while keys were on their way. */
  public static void assertNothingLost(VodisCluster cluster, Workload load, Duration standstill) {
    HistoryChecker checker = checker(cluster, load, standstill);
    assertSeenByClients(cluster, checker);
    var topology = cluster.topology();
    List<Finding> onServers =
        checker.checkOnServers(
            cluster.primaries(),
            slotId -> topology.primaryOf(topology.slot(slotId).groupId()).orElseThrow());
    assertThat(onServers).as("found on the servers").isEmpty();
  }

  private static HistoryChecker checker(VodisCluster cluster, Workload load, Duration standstill) {
    return new HistoryChecker(load, Duration.ofSeconds(2), standstill, cluster.serverPassword());
  }
}
