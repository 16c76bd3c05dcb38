package io.vodis.topom.census;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.model.Topology;
import io.vodis.redis.ServerStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoleFindingsTest {

  private static final HostAndPort PRIMARY = new HostAndPort("10.0.0.1", 6379);
  private static final HostAndPort REPLICA = new HostAndPort("10.0.0.2", 6379);
  private static final HostAndPort OTHER = new HostAndPort("10.0.0.3", 6379);

  private final Map<HostAndPort, ServerStatus> answers = new HashMap<>();

  private void answer(
      HostAndPort server, long offset, @Nullable HostAndPort upstream, boolean linkUp) {
    answers.put(
        server,
        new ServerStatus(
            server,
            "7.0.15",
            "run",
            upstream == null,
            offset,
            upstream,
            linkUp,
            9,
            true,
            upstream != null,
            "",
            "",
            100,
            0,
            0,
            0,
            false,
            1,
            Map.of()));
  }

  private List<String> findings() {
    Group group = Group.empty(1).withServers(List.of(Server.of(PRIMARY), Server.of(REPLICA)));
    return RoleFindings.of(
        new Topology("p", 1, Topology.empty("p").slots(), Map.of(1, group)), answers);
  }

  @Test
  void saysNothingOfWhatIsAsDeclared() {
    answer(PRIMARY, 2_000_000, null, true);
    answer(REPLICA, 1_000_000, PRIMARY, true);
    assertThat(findings()).isEmpty();
  }

  @Test
  void namesSilentServersAndExchangedRoles() {
    answer(REPLICA, 0, null, true);
    assertThat(findings())
        .containsExactly(
            "group 1, 10.0.0.1:6379: does not answer",
            "group 1, 10.0.0.2:6379: is declared a replica, is a primary");
    answer(PRIMARY, 0, OTHER, true);
    assertThat(findings().getFirst())
        .isEqualTo("group 1, 10.0.0.1:6379: is declared primary, is a replica");
  }

  @Test
  void namesReplicasThatFollowOthersAreCutOffOrLag() {
    answer(PRIMARY, 9_000_000, null, true);
    answer(REPLICA, 9_000_000, OTHER, true);
    assertThat(findings())
        .containsExactly("group 1, 10.0.0.2:6379: follows 10.0.0.3:6379 instead of 10.0.0.1:6379");
    answer(REPLICA, 9_000_000, PRIMARY, false);
    assertThat(findings())
        .containsExactly("group 1, 10.0.0.2:6379: its link has been down for 9 s");
    answer(REPLICA, 0, PRIMARY, true);
    assertThat(findings())
        .containsExactly("group 1, 10.0.0.2:6379: is 9000000 bytes behind its primary");
  }
}
