package io.vodis.topom.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.redis.ServerStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CaughtUpTest {

  private static final HostAndPort PRIMARY = new HostAndPort("h", 1);
  private static final HostAndPort CANDIDATE = new HostAndPort("h", 2);

  @Test
  void aReplicaThatHasAllIsReady() {
    assertThat(CaughtUp.has(replica(100, true, "a"), primary(PRIMARY, 100, "a", ""))).isTrue();
    assertThat(CaughtUp.has(replica(99, true, "a"), primary(PRIMARY, 100, "a", ""))).isFalse();
    assertThat(CaughtUp.has(replica(100, false, "a"), primary(PRIMARY, 100, "a", ""))).isFalse();
  }

  @Test
  void aReplicaOfAnotherPrimaryIsNot() {
    ServerStatus stranger = replica(1000, true, "b");
    assertThat(CaughtUp.has(stranger, primary(PRIMARY, 100, "a", ""))).isFalse();
    assertThat(CaughtUp.problem(stranger, primary(PRIMARY, 100, "a", "")))
        .contains("another server");
  }

  @Test
  void serversThatDoNotTellTheirHistoryAreComparedByOffset() {
    assertThat(CaughtUp.has(replica(100, true, ""), primary(PRIMARY, 100, "", ""))).isTrue();
  }

  @Test
  void anOldPrimaryThatIsBackIsNotReadyWhateverItsOffset() {
    ServerStatus back = primary(CANDIDATE, 1_000_000, "old", "");
    assertThat(CaughtUp.has(back, primary(PRIMARY, 100, "new", "old"))).isFalse();
    assertThat(CaughtUp.has(back, primary(PRIMARY, 100, "", ""))).isFalse();
    assertThat(CaughtUp.problem(back, primary(PRIMARY, 100, "new", "old")))
        .contains("is a primary itself");
  }

  @Test
  void aCandidateThatAnEarlierLeaderHasPromotedIsReady() {
    ServerStatus promoted = primary(CANDIDATE, 100, "b", "a");
    assertThat(CaughtUp.has(promoted, primary(PRIMARY, 100, "a", ""))).isTrue();
    ServerStatus follower = status(PRIMARY, 100, CANDIDATE, false, "a", "");
    assertThat(CaughtUp.has(primary(CANDIDATE, 100, "", ""), follower)).isTrue();
  }

  private static ServerStatus primary(HostAndPort server, long offset, String id, String former) {
    return status(server, offset, null, true, id, former);
  }

  private static ServerStatus replica(long offset, boolean linkUp, String id) {
    return status(CANDIDATE, offset, PRIMARY, linkUp, id, "");
  }

  private static ServerStatus status(
      HostAndPort server,
      long offset,
      @Nullable HostAndPort upstream,
      boolean linkUp,
      String id,
      String former) {
    return new ServerStatus(
        server,
        "7.0.0",
        "run",
        upstream == null,
        offset,
        upstream,
        linkUp,
        0,
        true,
        upstream != null,
        id,
        former,
        100,
        0,
        0,
        0,
        false,
        0,
        Map.of());
  }
}
