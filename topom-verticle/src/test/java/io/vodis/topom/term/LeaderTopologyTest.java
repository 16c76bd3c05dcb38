package io.vodis.topom.term;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.lifecycle.MemberIdentity;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.InMemoryTopologyStore;
import io.vodis.testsupport.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaderTopologyTest {

  private static final HostAndPort ADDRESS = new HostAndPort("127.0.0.1", 18_080);

  private final InMemoryStoreServer server = new InMemoryStoreServer("p");
  private final InMemoryTopologyStore client = server.client();
  private final Member self = MemberIdentity.starting(Role.TOPOM, "p", ADDRESS, ADDRESS, "");
  private final Leadership leadership = client.tryLead(self).orElseThrow();
  private final List<Long> told = new ArrayList<>();
  private final LeaderTopology topology =
      new LeaderTopology(client, leadership, committed -> told.add(committed.epoch()));

  private static List<StoreChange> group(int groupId) {
    return List.of(new StoreChange.PutGroup(Group.empty(groupId)));
  }

  @Test
  void tellsOfEveryCommit() {
    // When
    topology.change(now -> group(1));
    topology.change(now -> List.of());
    Topology last = topology.change(now -> group(2));

    // Then
    assertThat(told).containsExactly(1L, 2L);
    assertThat(topology.current()).isEqualTo(last);
    assertThat(last.groups()).containsOnlyKeys(1, 2);
  }

  @Test
  void afterAFailedCommitTheStoreIsReadBeforeAnythingIsDecided() {
    // Given
    server.stop();
    assertThatThrownBy(() -> topology.change(now -> group(1)))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.UNAVAILABLE));
    server.restart();
    Topology madeAllTheSame = client.commit(leadership, client.load(), group(1));

    // When
    List<Topology> seen = new ArrayList<>();
    topology.change(
        now -> {
          seen.add(now);
          return List.of();
        });

    // Then
    assertThat(seen).containsExactly(madeAllTheSame);
    assertThat(told).containsExactly(1L);
  }

  @Test
  void aDoubtIsSettledWithoutAnotherChange() {
    // Given
    server.stop();
    assertThatThrownBy(() -> topology.change(now -> group(1))).isInstanceOf(StoreException.class);
    server.restart();
    client.commit(leadership, client.load(), group(1));

    // When
    topology.settle();

    // Then
    assertThat(topology.current().groups()).containsOnlyKeys(1);
    assertThat(told).containsExactly(1L);
  }

  @Test
  void decidesAnewWhenSomethingElseWasCommitted() {
    // Given
    client.commit(leadership, client.load(), group(9));

    // When
    Topology changed = topology.change(now -> group(now.groups().containsKey(9) ? 10 : 11));

    // Then
    assertThat(changed.groups()).containsOnlyKeys(9, 10);
  }

  @Test
  void aDeposedLeaderChangesNothing() {
    // Given
    client.expireSession();
    InMemoryTopologyStore other = server.client();
    other.tryLead(MemberIdentity.starting(Role.TOPOM, "p", ADDRESS, ADDRESS, ""));

    // When Then
    assertThatThrownBy(() -> topology.change(now -> group(1)))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.NOT_LEADER));
    assertThat(other.load().groups()).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void aTermLapsesWithoutConfirmationAndEndsWithAnotherLeader() {
    // Given
    ManualClock clock = new ManualClock();
    Term term = new Term(client, leadership, clock, Duration.ofSeconds(4));

    // When Then
    clock.advance(Duration.ofSeconds(3));
    assertThat(term.isCurrent()).isTrue();
    clock.advance(Duration.ofSeconds(2));
    assertThat(term.isCurrent()).isFalse();
    term.confirm();
    assertThat(term.isCurrent()).isTrue();

    // When
    client.expireSession();

    // Then
    assertThatThrownBy(term::confirm).isInstanceOf(StoreException.class);
    assertThat(term.hasEnded()).isTrue();
    assertThat(term.isCurrent()).isFalse();
  }
}
