package io.vodis.topom.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.redis.ServerStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CandidateRankingTest {

  private static final String HISTORY = "aaaa";
  private static final HostAndPort PRIMARY = new HostAndPort("h", 1);
  private static final PrimaryData DATA = data(HISTORY);
  private static final PrimaryData UNKNOWN = PrimaryData.unknown(PRIMARY);

  private static PrimaryData data(String id) {
    return new PrimaryData(PRIMARY, Set.of(id), Map.of());
  }

  private static ServerStatus primary(int port, long offset, String history, String former) {
    return new ServerStatus(
        new HostAndPort("h", port),
        "7.0.0",
        "run",
        true,
        offset,
        null,
        true,
        0,
        true,
        false,
        history,
        former,
        100,
        0,
        0,
        0,
        false,
        0,
        Map.of());
  }

  private static ServerStatus replica(
      int port, boolean linkUp, long offset, int priority, boolean loading) {
    return new ServerStatus(
        new HostAndPort("h", port),
        "7.0.0",
        "run",
        false,
        offset,
        new HostAndPort("h", 1),
        linkUp,
        linkUp ? 0 : 9,
        linkUp || offset > 1,
        linkUp,
        HISTORY,
        "",
        priority,
        0,
        0,
        0,
        loading,
        0,
        Map.of());
  }

  private static int best(ServerStatus... replicas) {
    return CandidateRanking.best(List.of(replicas), DATA).orElseThrow().server().port();
  }

  @Test
  void takesTheHighestOffset() {
    assertThat(best(replica(10, false, 5, 100, false), replica(11, false, 6, 100, false)))
        .isEqualTo(11);
  }

  @Test
  void prefersALinkThatIsUp() {
    assertThat(best(replica(10, true, 5, 100, false), replica(11, false, 6, 100, false)))
        .isEqualTo(10);
  }

  @Test
  void breaksATieByPriorityThenAddress() {
    assertThat(best(replica(10, true, 5, 100, false), replica(11, true, 5, 50, false)))
        .isEqualTo(11);
    assertThat(best(replica(11, true, 5, 100, false), replica(10, true, 5, 100, false)))
        .isEqualTo(10);
  }

  @Test
  void neverTakesPriorityZeroOrAServerThatLoads() {
    assertThat(
            CandidateRanking.best(
                List.of(replica(10, true, 5, 0, false), replica(11, true, 5, 100, true)), DATA))
        .isEmpty();
  }

  @Test
  void neverTakesAReplicaThatHasNeverHadTheData() {
    assertThat(
            CandidateRanking.best(
                List.of(replica(10, false, 0, 100, false), replica(11, false, 1, 100, false)),
                DATA))
        .isEmpty();
  }

  @Test
  void doesNotDependOnTheOrderOfTheAnswers() {
    // Given
    Random random = new Random(42);
    List<ServerStatus> replicas = new ArrayList<>();
    for (int port = 10; port < 20; port++) {
      replicas.add(
          replica(
              port, random.nextBoolean(), 2 + random.nextInt(3), 99 + random.nextInt(2), false));
    }
    HostAndPort expected = CandidateRanking.best(replicas, DATA).orElseThrow().server();

    for (int i = 0; i < 50; i++) {
      // When
      Collections.shuffle(replicas, random);

      // Then
      assertThat(CandidateRanking.best(replicas, DATA).orElseThrow().server()).isEqualTo(expected);
    }
  }

  @Test
  void neverTakesAnOldPrimaryThatIsBackWithDataOfItsOwn() {
    // Given
    ServerStatus back = primary(9, 1_000_000, "bbbb", "");
    ServerStatus behind = replica(10, false, 5, 100, false);

    // Then
    assertThat(CandidateRanking.best(List.of(back, behind), DATA)).contains(behind);
    assertThat(CandidateRanking.best(List.of(back), DATA)).isEmpty();
    assertThat(CandidateRanking.best(List.of(back), UNKNOWN)).isEmpty();
  }

  @Test
  void neverTakesAReplicaWhoseDataAreOfAnotherTime() {
    // When
    var best = CandidateRanking.best(List.of(replica(10, false, 5, 100, false)), data("bbbb"));

    // Then
    assertThat(best).isEmpty();
  }

  @Test
  void takesWhatAnEarlierAttemptHasPromoted() {
    // Given
    ServerStatus promoted = primary(9, 5, "bbbb", HISTORY);

    // Then
    assertThat(CandidateRanking.best(List.of(promoted), DATA)).contains(promoted);
  }

  @Test
  void takesAnyReplicaWhenTheHistoryIsNotKnown() {
    assertThat(CandidateRanking.best(List.of(replica(10, true, 5, 100, false)), UNKNOWN))
        .isPresent();
  }

  /**
   * The primary was promoted, had one replica and died; the other replica had more of the primary
   * before it. A leader that is new since knows none of that.
   */
  @Test
  void ofAPrimaryNobodyHasSeenTheReplicaCountsThatHasHeardOfItsPromotion() {
    // Given
    ServerStatus before = follower(10, 500, "old", "");
    ServerStatus after = follower(11, 400, "new", "old");

    // Then
    assertThat(CandidateRanking.best(List.of(before, after), UNKNOWN)).contains(after);
    assertThat(CandidateRanking.best(List.of(before), UNKNOWN))
        .as("better than nothing: it is a replica that is behind")
        .contains(before);
    assertThat(CandidateRanking.best(List.of(before, follower(11, 400, "new", "")), UNKNOWN))
        .as("nothing tells them apart")
        .contains(before);
  }

  private static ServerStatus follower(int port, long offset, String id, String former) {
    return new ServerStatus(
        new HostAndPort("h", port),
        "7.0.0",
        "run",
        false,
        offset,
        PRIMARY,
        false,
        9,
        true,
        true,
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
