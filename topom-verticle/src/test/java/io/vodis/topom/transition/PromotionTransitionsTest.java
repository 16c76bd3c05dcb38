package io.vodis.topom.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PromotionTransitionsTest {

  private static final HostAndPort PRIMARY = new HostAndPort("10.0.0.1", 6379);
  private static final HostAndPort FIRST = new HostAndPort("10.0.0.2", 6379);
  private static final HostAndPort SECOND = new HostAndPort("10.0.0.3", 6379);

  private static final List<Promotion> STATES =
      List.of(
          Promotion.NONE,
          new Promotion.Preparing(FIRST, false),
          new Promotion.Preparing(FIRST, true),
          new Promotion.Prepared(FIRST, false),
          new Promotion.Prepared(FIRST, true),
          new Promotion.Finished(FIRST));

  private static final List<PromotionEvent> EVENTS =
      List.of(
          new PromotionEvent.Requested(FIRST, true),
          new PromotionEvent.Requested(FIRST, false),
          new PromotionEvent.Fenced(SECOND),
          new PromotionEvent.Promoted(),
          new PromotionEvent.CandidateLost(),
          new PromotionEvent.Aborted(),
          new PromotionEvent.Settled());

  /** What is not here is rejected. */
  private static final Map<String, String> NEXT = new LinkedHashMap<>();

  static {
    NEXT.put(" Requested", "preparing");
    NEXT.put("preparing Fenced", "prepared");
    NEXT.put("preparing Aborted", "");
    NEXT.put("prepared Promoted", "finished");
    NEXT.put("prepared CandidateLost", "preparing");
    NEXT.put("prepared Aborted", "");
    NEXT.put("finished Settled", "");
  }

  private static Group group(Promotion promotion) {
    return new Group(
        1, List.of(Server.of(PRIMARY), Server.of(FIRST), Server.of(SECOND)), promotion);
  }

  @TestFactory
  List<DynamicTest> everyPairOfStateAndEvent() {
    return STATES.stream()
        .flatMap(
            state ->
                EVENTS.stream()
                    .map(
                        event ->
                            DynamicTest.dynamicTest(
                                state + " " + event, () -> check(state, event))))
        .toList();
  }

  private static void check(Promotion state, PromotionEvent event) {
    // When
    Decision<Group> decision = PromotionTransitions.decide(group(state), event);

    // Then
    String pair = PromotionTransitions.stateName(state) + " " + event.getClass().getSimpleName();
    String expected = NEXT.get(pair);
    if (expected == null) {
      assertThat(decision).isInstanceOf(Decision.Rejected.class);
      return;
    }
    assertThat(decision).isInstanceOf(Decision.Next.class);
    Decision.Next<Group> next = (Decision.Next<Group>) decision;
    assertThat(PromotionTransitions.stateName(next.row().promotion())).isEqualTo(expected);
    assertThat(next.effects()).first().isEqualTo(Effect.PERSIST);
    assertThat(next.row().servers()).hasSize(3);
    HostAndPort first = next.row().primary().orElseThrow().address();
    assertThat(first).isEqualTo(event instanceof PromotionEvent.Promoted ? FIRST : PRIMARY);
  }

  @Test
  void theNewPrimaryComesFirstAndTheOldOneLast() {
    // When
    Decision<Group> decision =
        PromotionTransitions.decide(
            group(new Promotion.Prepared(FIRST, false)), new PromotionEvent.Promoted());

    // Then
    assertThat(((Decision.Next<Group>) decision).row().servers())
        .extracting(Server::address)
        .containsExactly(FIRST, SECOND, PRIMARY);
  }

  @Test
  void theCandidateMayChangeUntilTheFenceIsUp() {
    // When
    Decision<Group> decision =
        PromotionTransitions.decide(
            group(new Promotion.Preparing(FIRST, false)), new PromotionEvent.Fenced(SECOND));

    // Then
    assertThat(((Decision.Next<Group>) decision).row().promotion())
        .isEqualTo(new Promotion.Prepared(SECOND, false));
  }

  @Test
  void neitherThePrimaryNorAStrangerCanBeACandidate() {
    for (HostAndPort candidate : List.of(PRIMARY, new HostAndPort("10.0.0.9", 1))) {
      assertThat(
              PromotionTransitions.decide(
                  group(Promotion.NONE), new PromotionEvent.Requested(candidate, true)))
          .isInstanceOf(Decision.Rejected.class);
    }
  }

  @Test
  void onlyASwitchoverWaitsForTheCandidateToCatchUp() {
    assertThat(PromotionTransitions.work(new Promotion.Prepared(FIRST, true)))
        .containsExactly(Effect.CATCH_UP, Effect.PROMOTE, Effect.REPOINT);
    assertThat(PromotionTransitions.work(new Promotion.Prepared(FIRST, false)))
        .containsExactly(Effect.PROMOTE, Effect.REPOINT);
  }
}
