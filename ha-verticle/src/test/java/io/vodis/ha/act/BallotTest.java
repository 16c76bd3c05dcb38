package io.vodis.ha.act;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Opinion;
import io.vodis.ha.judge.Votes;
import io.vodis.model.HostAndPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BallotTest {

  private static final HostAndPort SERVER = new HostAndPort("p1", 6379);
  private static final HostAndPort OTHER = new HostAndPort("p2", 6379);

  /** Members and the servers they suspect; a member that is not a key does not answer. */
  private final Map<String, Set<HostAndPort>> suspicions = new HashMap<>();

  private List<String> live = List.of();

  private final Peers peers =
      new Peers() {
        @Override
        public List<String> live() {
          return live;
        }

        @Override
        public Future<Opinion> ask(String incarnation, HostAndPort server) {
          Set<HostAndPort> suspected = suspicions.get(incarnation);
          return suspected == null
              ? Future.failedFuture("timed out")
              : Future.succeededFuture(
                  new Opinion(incarnation, server, suspected.contains(server), 0));
        }
      };

  @Test
  void countsThisMemberAndThoseThatAgree() {
    // Given
    live = List.of("me", "agrees", "differs", "silent");
    suspicions.put("agrees", Set.of(SERVER));
    suspicions.put("differs", Set.of(OTHER));

    // When
    Map<HostAndPort, Votes> votes = new Ballot("me", peers).about(List.of(SERVER, OTHER));

    // Then
    assertThat(votes.get(SERVER)).isEqualTo(new Votes(live, List.of("me", "agrees")));
    assertThat(votes.get(OTHER)).isEqualTo(new Votes(live, List.of("me", "differs")));
  }

  @Test
  void aloneItAsksNobody() {
    live = List.of("me");

    assertThat(new Ballot("me", peers).about(List.of(SERVER)).get(SERVER))
        .isEqualTo(new Votes(List.of("me"), List.of("me")));
  }

  @Test
  void aMemberWhoseSessionHasExpiredHasNoVote() {
    // Given
    live = List.of("other");
    suspicions.put("other", Set.of());

    // When
    Votes votes = new Ballot("me", peers).about(List.of(SERVER)).get(SERVER);

    // Then
    assertThat(votes).isEqualTo(new Votes(live, List.of()));
  }
}
