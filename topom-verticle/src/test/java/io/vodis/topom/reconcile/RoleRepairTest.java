package io.vodis.topom.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.redis.ServerStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoleRepairTest {

  private static final HostAndPort PRIMARY = new HostAndPort("Primary", 6379);
  private static final HostAndPort REPLICA = new HostAndPort("replica", 6379);
  private static final HostAndPort OTHER = new HostAndPort("other", 6379);

  private final Map<HostAndPort, ServerStatus> answers = new HashMap<>();

  private void answer(HostAndPort server, @Nullable HostAndPort upstream) {
    answers.put(
        server,
        new ServerStatus(
            server,
            "7.0.0",
            "run",
            upstream == null,
            0,
            upstream,
            true,
            0,
            true,
            upstream != null,
            "",
            "",
            100,
            0,
            0,
            0,
            false,
            0,
            Map.of()));
  }

  private List<RoleRepair> repairs(Promotion promotion) {
    return RoleRepair.of(
        new Group(1, List.of(Server.of(PRIMARY), Server.of(REPLICA)), promotion), answers);
  }

  @Test
  void leavesAloneWhatIsAsDeclared() {
    // Given
    answer(PRIMARY, null);
    answer(REPLICA, new HostAndPort("primary", 6379));

    // When Then
    assertThat(repairs(Promotion.NONE)).isEmpty();
  }

  @Test
  void makesAReturnedPrimaryAReplica() {
    // Given
    answer(PRIMARY, null);
    answer(REPLICA, null);

    // When Then
    assertThat(repairs(Promotion.NONE))
        .containsExactly(new RoleRepair.MakeReplica(REPLICA, PRIMARY));
  }

  @Test
  void repointsAReplicaOfSomebodyElse() {
    // Given
    answer(PRIMARY, null);
    answer(REPLICA, OTHER);

    // When Then
    assertThat(repairs(Promotion.NONE))
        .containsExactly(new RoleRepair.MakeReplica(REPLICA, PRIMARY));
  }

  @Test
  void makesTheDeclaredPrimaryOneBeforeAnybodyFollowsIt() {
    // Given
    answer(PRIMARY, OTHER);
    answer(REPLICA, null);

    // When Then
    assertThat(repairs(Promotion.NONE)).containsExactly(new RoleRepair.MakePrimary(PRIMARY));
  }

  @Test
  void touchesNoReplicaWhileThePrimaryIsSilent() {
    // Given
    answer(REPLICA, null);

    // When Then
    assertThat(repairs(Promotion.NONE)).isEmpty();
  }

  @Test
  void touchesNothingWhileTheGroupIsPromoting() {
    // Given
    answer(PRIMARY, OTHER);
    answer(REPLICA, null);

    // When Then
    assertThat(repairs(new Promotion.Preparing(REPLICA, false))).isEmpty();
    assertThat(repairs(new Promotion.Prepared(REPLICA, true))).isEmpty();
    assertThat(repairs(new Promotion.Finished(PRIMARY))).isEmpty();
  }
}
