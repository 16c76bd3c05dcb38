package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.info.ClusterView;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Two proxies that answer as the nodes of a Redis Cluster. */
class ClusterCommandsIT {

  private static final UnaryOperator<ProxyConfig> AS_CLUSTER =
      config -> Planes.withServer(config, Planes.asCluster(config.server()));

  @Test
  void clientsOfAClusterFindAllSlotsAndUseAnyProxy() throws Exception {
    try (RedisProcess server = RedisProcess.start();
        Planes one = Planes.start(1, AS_CLUSTER);
        Planes two = Planes.start(1, AS_CLUSTER)) {
      // Given
      one.installAll(Planes.serving(server.address()));
      two.installAll(Planes.serving(server.address()));
      HostAndPort first = new HostAndPort("127.0.0.1", one.plane.proxyPort());
      HostAndPort second = new HostAndPort("127.0.0.1", two.plane.proxyPort());
      one.plane.proxies(first, List.of(first, second));
      two.plane.proxies(second, List.of(first, second));
      try (RespClient client = one.client();
          RespClient other = two.client()) {
        // When
        List<?> slots = (List<?>) Objects.requireNonNull(client.expect("CLUSTER", "SLOTS"));
        // Then
        assertThat(slots).hasSize(2).isEqualTo(other.expect("CLUSTER", "SLOTS"));
        List<?> low = (List<?>) slots.get(0);
        assertThat(low.subList(0, 2)).isEqualTo(List.of(0L, 8191L));
        List<?> node = (List<?>) low.get(2);
        assertThat(node.get(0)).isEqualTo("127.0.0.1");
        assertThat(List.of(first.port(), second.port()))
            .contains(Math.toIntExact((Long) node.get(1)));
        assertThat((String) node.get(2)).matches("[0-9a-f]{40}");
        assertThat((String) client.expect("CLUSTER", "NODES"))
            .contains(client.expect("CLUSTER", "MYID") + " " + first + "@")
            .contains("myself,master - 0 0 1 connected ");
        assertThat((String) client.expect("CLUSTER", "INFO")).startsWith("cluster_state:ok\r\n");
        assertThat((String) client.expect("INFO", "cluster")).contains("cluster_enabled:1");
        assertThat((List<?>) client.expect("CLUSTER", "SHARDS")).hasSize(2);
        assertThat(client.expect("READONLY")).isEqualTo("OK");
        assertThat(client.expect("CLUSTER", "KEYSLOT", "{user}:1"))
            .isEqualTo((long) ClusterView.slotOf("user".getBytes(StandardCharsets.UTF_8)));
        client.expect("SET", "clustered", "1");
        assertThat(other.expect("GET", "clustered")).isEqualTo("1");
      }
    }
  }
}
