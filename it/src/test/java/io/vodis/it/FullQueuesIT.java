package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Role;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.workload.SlotOracle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that ask for much and take nothing, on a proxy with little memory. */
class FullQueuesIT {

  private static final int CLIENTS = 40;
  private static final int REQUESTS = 200;
  private static final int VALUE_BYTES = 100_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What they ask for is several times as much. */
  private static final List<String> LITTLE_MEMORY =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

  @Test
  void manyClientsThatTakeNothingCostTheOthersNoConnection() throws IOException {
    ClusterPlan plan =
        ClusterPlan.small().with(Role.PROXY, 1).inChildren(LITTLE_MEMORY, Role.PROXY);
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      ChildMember proxy = (ChildMember) cluster.proxy(0);
      String key = SlotOracle.keyIn(5, "large");
      String neighbour = SlotOracle.keyIn(6, "small");
      List<Socket> greedy = new ArrayList<>();
      try (RespClient client = RespClient.connect(proxy.address(), PATIENCE)) {
        client.expect("SET", key, "v".repeat(VALUE_BYTES));
        client.expect("SET", neighbour, "1");

        // When
        byte[] requests =
            ("GET " + key + "\r\n").repeat(REQUESTS).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < CLIENTS; i++) {
          Socket socket = new Socket();
          greedy.add(socket);
          socket.setReceiveBufferSize(4096);
          socket.connect(new InetSocketAddress(proxy.address().host(), proxy.address().port()));
          socket.getOutputStream().write(requests);
          assertThat(client.expectText("GET", neighbour)).isEqualTo("1");
        }

        // Then
        for (int i = 0; i < 300; i++) {
          assertThat(client.expectText("GET", neighbour)).isEqualTo("1");
        }
        assertThat(client.expectText("GET", neighbour)).isEqualTo("1");
        assertThat(proxy.output())
            .contains("bytes of replies, and all together too many")
            .doesNotContain("after a fault");
      } finally {
        for (Socket socket : greedy) {
          socket.close();
        }
      }
    }
  }
}
