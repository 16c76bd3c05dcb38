package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.redis.MoverUser;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.TestCertificate;
import io.vodis.testsupport.ZooKeeperServer;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * All slots move under load between servers that are spoken to over TLS only, each of which knows
 * us as another ACL user with another password.
 */
class SecuredServersIT {

  private static final Duration MOVE_TIMEOUT = Duration.ofSeconds(120);

  /** As docs/operations.md has it. */
  private static final String[] RULES = {
    "~*",
    "&*",
    "+@all",
    "-acl",
    "-debug",
    "-module",
    "-shutdown",
    "-failover",
    "-cluster",
    "+acl|users",
    "+acl|setuser"
  };

  private final TestCertificate certificate = TestCertificate.ofLoopback();

  private RedisProcess server(String user, String password) {
    RedisProcess.Builder builder = RedisProcess.builder().tls(certificate);
    String[] words = new String[RULES.length + 3];
    words[0] = user;
    words[1] = "on";
    words[2] = ">" + password;
    System.arraycopy(RULES, 0, words, 3, RULES.length);
    return builder.option("user", words).password("nobody knows").start();
  }

  @Test
  void slotsMoveOverTlsBetweenServersOfDifferentUsers() {
    try (certificate;
        ZooKeeperServer store = ZooKeeperServer.start();
        RedisProcess one = server("app", "first secret");
        RedisProcess two = server("vodis", "second secret")) {
      ClusterPlan plan = ClusterPlan.small().named("it-secured");
      Map<String, String> keys =
          Map.of(
              "product_auth",
              "second secret",
              "product_auth_user",
              "vodis",
              "product_auth_by_server",
              one.tlsAddress() + "=app:first secret",
              "product_tls",
              "true",
              "product_tls_ca",
              certificate.cert().toString(),
              "product_tls_cert",
              certificate.cert().toString(),
              "product_tls_key",
              certificate.key().toString());
      for (Role role : Role.values()) {
        for (Map.Entry<String, String> key : keys.entrySet()) {
          plan = plan.with(role, key.getKey(), key.getValue());
        }
      }
      List<HostAndPort> servers = List.of(one.tlsAddress(), two.tlsAddress());
      try (VodisCluster cluster =
          VodisCluster.over(plan, HostAndPort.parse(store.address()), servers)) {
        // Given
        HostAndPort proxy = cluster.proxies().getFirst();
        try (RespClient client = RespClient.connect(proxy)) {
          client.expect("SELECT", "3");
          client.expect("SET", "far", "away", "EX", "1000");
          client.expect("SET", "big", "v".repeat(2 << 20));
        }
        Workload load = Workload.start(Workload.Settings.over(cluster.proxies()));

        // When
        cluster.migrateAndAwait(0, Topology.SLOT_COUNT - 1, 2, MOVE_TIMEOUT);
        cluster.migrateAndAwait(0, Topology.SLOT_COUNT - 1, 1, MOVE_TIMEOUT);
        WorkloadReport report = load.stop();

        // Then
        Checks.assertUndisturbed(report);
        Checks.assertSeenByClients(cluster, load);
        try (RespClient client = RespClient.connect(proxy)) {
          client.expect("SELECT", "3");
          assertThat(client.call("GET", "far")).isEqualTo("away");
          assertThat(client.expectNumber("TTL", "far")).isBetween(800L, 1000L);
          assertThat(client.expectNumber("STRLEN", "big")).isEqualTo(2L << 20);
        }
        assertThat(two.keyCount()).isZero();
        assertThat(String.valueOf(two.call("ACL", "USERS")))
            .contains(MoverUser.name(one.tlsAddress()));
        assertThat(one.log() + two.log()).doesNotContain("secret");
      }
    }
  }
}
