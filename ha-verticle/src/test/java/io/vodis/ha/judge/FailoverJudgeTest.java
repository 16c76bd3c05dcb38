package io.vodis.ha.judge;

import static io.vodis.ha.judge.Health.POLICY;
import static io.vodis.ha.judge.Health.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.ha.judge.ProbeResult.Outcome;
import io.vodis.model.Group;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailoverJudgeTest {

  /** Group 1 is p1 with its replicas r1 and s1; six more servers answer. */
  private static final Group GROUP = Health.group(1, "p1", "r1", "s1");

  private static final String[] SERVERS = {"p1", "r1", "s1", "p2", "r2", "p3", "r3", "p4", "r4"};
  private static final List<String> ALONE = List.of("h1");
  private static final List<String> THREE = List.of("h1", "h2", "h3");

  /** A situation and the verdict on it. */
  record Case(
      String name,
      UnaryOperator<Health> events,
      FailoverPolicy policy,
      Optional<String> cutOff,
      Votes votes,
      String verdict,
      String text) {

    @Override
    public String toString() {
      return name;
    }

    static Case of(
        String name, UnaryOperator<Health> events, Votes votes, String verdict, String text) {
      return new Case(name, events, POLICY, Optional.empty(), votes, verdict, text);
    }

    Case policy(FailoverPolicy other) {
      return new Case(name, events, other, cutOff, votes, verdict, text);
    }

    Case cutOff(String reason) {
      return new Case(name, events, policy, Optional.of(reason), votes, verdict, text);
    }
  }

  static Stream<Case> cases() {
    return Stream.of(healthy(), suspected(), frozen(), noCandidate(), down()).flatMap(s -> s);
  }

  private static Stream<Case> healthy() {
    Votes all = new Votes(THREE, THREE);
    return Stream.of(
        Case.of("the primary answers", h -> h.seconds(10), all, "healthy", ""),
        Case.of(
            "it is loading",
            h -> h.set(Outcome.LOADING, "p1").seconds(60),
            all,
            "healthy",
            "loading its data set"),
        Case.of(
            "it wants another password",
            h -> h.set(Outcome.REFUSED, "p1").seconds(60),
            all,
            "healthy",
            "NOAUTH"),
        Case.of(
            "it has failed for less than down_after",
            h -> h.seconds(5).set(Outcome.FAILED, "p1").seconds(4),
            all,
            "healthy",
            "silent for 4000 ms"),
        Case.of(
            "only a replica is down",
            h -> h.set(Outcome.FAILED, "r1").seconds(60),
            all,
            "healthy",
            ""),
        Case.of("nothing has been probed", h -> h, all, "healthy", "not probed yet"));
  }

  private static Stream<Case> suspected() {
    return Stream.of(
        Case.of("nobody was asked", FailoverJudgeTest::primaryDies, Votes.NONE, "suspected", "p1"),
        Case.of(
            "one of three agrees",
            FailoverJudgeTest::primaryDies,
            new Votes(THREE, ALONE),
            "suspected",
            "1 of 3 ha members agree, 2 needed"),
        Case.of(
            "one of two agrees",
            FailoverJudgeTest::primaryDies,
            new Votes(List.of("h1", "h2"), ALONE),
            "suspected",
            "2 needed"),
        Case.of(
                "a fixed quorum is not reached",
                FailoverJudgeTest::primaryDies,
                new Votes(THREE, List.of("h1", "h2")),
                "suspected",
                "3 needed")
            .policy(new FailoverPolicy(true, POLICY.downAfter(), POLICY.probeInterval(), 3, 50)));
  }

  private static Stream<Case> frozen() {
    Votes all = new Votes(THREE, THREE);
    return Stream.of(
        Case.of(
            "five of nine fail at once",
            h -> h.seconds(5).set(Outcome.FAILED, "p1", "p2", "p3", "p4", "r4").seconds(6),
            all,
            "frozen",
            "5 of 9 servers fail at once"),
        Case.of(
            "four of nine are suspected and a fifth has just begun to fail",
            h ->
                h.seconds(5)
                    .set(Outcome.FAILED, "p1", "p2", "p3", "p4")
                    .seconds(5)
                    .set(Outcome.FAILED, "r4")
                    .seconds(1),
            all,
            "frozen",
            "5 of 9"),
        Case.of("the store is gone", FailoverJudgeTest::primaryDies, all, "frozen", "no store")
            .cutOff("no store"),
        Case.of("failover is off", FailoverJudgeTest::primaryDies, all, "frozen", "switched off")
            .policy(new FailoverPolicy(false, POLICY.downAfter(), POLICY.probeInterval(), 0, 50)),
        Case.of(
            "the valve comes before the quorum",
            h -> h.set(Outcome.FAILED, SERVERS).seconds(10),
            new Votes(THREE, List.of()),
            "frozen",
            "9 of 9"));
  }

  private static Stream<Case> noCandidate() {
    Votes all = new Votes(THREE, THREE);
    return Stream.of(
        Case.of(
            "all replicas are dead",
            h -> primaryDies(h).set(Outcome.FAILED, "r1", "s1").seconds(1),
            all,
            "no_candidate",
            "r1:6379 does not answer: connection refused, s1:6379 does not answer"),
        Case.of(
            "one is loading, one must never be promoted",
            h -> primaryDies(h).set(Outcome.LOADING, "r1").priority("s1", 0).seconds(1),
            all,
            "no_candidate",
            "r1:6379 is loading its data set, s1:6379 has replica priority 0"),
        Case.of(
            "one refuses, one is dead",
            h -> primaryDies(h).set(Outcome.REFUSED, "r1").set(Outcome.FAILED, "s1").seconds(1),
            all,
            "no_candidate",
            "r1:6379 does not tell its role: NOAUTH"));
  }

  private static Stream<Case> down() {
    return Stream.of(
        Case.of(
            "one alone decides alone",
            FailoverJudgeTest::primaryDies,
            new Votes(ALONE, ALONE),
            "down",
            "candidates [r1:6379, s1:6379]"),
        Case.of(
            "two of three agree",
            FailoverJudgeTest::primaryDies,
            new Votes(THREE, List.of("h1", "h3")),
            "down",
            "2 of 3 ha members agree"),
        Case.of(
            "half of the servers is not more than half",
            h -> h.seconds(5).set(Outcome.FAILED, "p1", "p2", "p3", "p4").seconds(6),
            new Votes(ALONE, ALONE),
            "down",
            "p1:6379 silent for 6000 ms (connection refused)"),
        Case.of(
            "one candidate is enough",
            h -> primaryDies(h).set(Outcome.FAILED, "r1").seconds(1),
            new Votes(ALONE, ALONE),
            "down",
            "candidates [s1:6379]"),
        Case.of(
                "the valve is off",
                h ->
                    h.seconds(5).set(Outcome.FAILED, "p1", "p2", "r2", "p3", "r3", "p4").seconds(6),
                new Votes(ALONE, ALONE),
                "down",
                "p1:6379")
            .policy(new FailoverPolicy(true, POLICY.downAfter(), POLICY.probeInterval(), 0, 100)));
  }

  private static Health primaryDies(Health health) {
    return health.seconds(10).set(Outcome.FAILED, "p1").seconds(5);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void judgesBySafetyThenQuorumThenCandidates(Case situation) {
    // Given
    Health health = situation.events().apply(new Health(situation.policy(), SERVERS));

    // When
    FailoverVerdict verdict =
        health.judge().judge(GROUP, health.detector(), situation.cutOff(), situation.votes());

    // Then
    assertThat(verdict.id()).isEqualTo(situation.verdict());
    assertThat(verdict.text()).contains(situation.text());
  }

  @Test
  void aGroupWithoutReplicaSaysSo() {
    // Given
    Health health = new Health(POLICY, SERVERS);
    primaryDies(health);

    // When
    FailoverVerdict verdict =
        health
            .judge()
            .judge(
                Health.group(1, "p1"),
                health.detector(),
                Optional.empty(),
                new Votes(ALONE, ALONE));

    // Then
    assertThat(verdict).isInstanceOf(FailoverVerdict.NoCandidate.class);
    assertThat(verdict.text()).contains("group 1 has no replica");
  }

  @Test
  void aGroupWithoutServersIsNobodysConcern() {
    Health health = new Health(POLICY, SERVERS);

    assertThat(
            health.judge().judge(Group.empty(7), health.detector(), Optional.empty(), Votes.NONE))
        .isEqualTo(new FailoverVerdict.Healthy("group has no server"));
  }

  @Test
  void theOnlyGroupOfAProductIsReplacedThoughHalfOfAllServersFail() {
    // Given
    Health health = new Health(POLICY, "p1", "r1");
    health.seconds(5).set(Outcome.FAILED, "p1").seconds(5);

    // When
    FailoverVerdict verdict =
        health
            .judge()
            .judge(
                Health.group(1, "p1", "r1"),
                health.detector(),
                Optional.empty(),
                new Votes(ALONE, ALONE));

    // Then
    assertThat(verdict)
        .isInstanceOfSatisfying(
            FailoverVerdict.Down.class,
            down -> {
              assertThat(down.evidence().primary()).isEqualTo(address("p1"));
              assertThat(down.evidence().silentMillis())
                  .isEqualTo(Duration.ofSeconds(5).toMillis());
            });
  }
}
