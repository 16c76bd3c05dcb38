package io.vodis.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.it.simulation.History.Fate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checkers of transactions do see what they are to see. */
class HistoryTest {

  private static final List<String> PAIR = List.of("one", "other");

  private final Simulation simulation = new Simulation(1, false);
  private final History history = new History(simulation);

  @Test
  void aTransactionOfWhichHalfIsThereIsSeenWhateverItsWriterWasTold() {
    for (Fate fate : List.of(Fate.ACKNOWLEDGED, Fate.UNKNOWN)) {
      // Given
      History fresh = new History(simulation);
      List<String> tokens = fresh.beginBoth(PAIR);
      fresh.end("one", tokens.get(0), fate);
      fresh.end("other", tokens.get(1), fate);

      // When
      fresh.readBoth("one", tokens.get(0), "other", null);

      // Then
      assertThat(simulation.violations().getLast()).contains("half a transaction");
    }
  }

  @Test
  void aWholeTransactionAndOneThatIsNotThereAreFine() {
    // Given
    List<String> tokens = history.beginBoth(PAIR);
    history.end("one", tokens.get(0), Fate.UNKNOWN);
    history.end("other", tokens.get(1), Fate.UNKNOWN);

    // When
    history.readBoth("one", null, "other", null);
    history.readBoth("one", tokens.get(0), "other", tokens.get(1));

    // Then
    assertThat(simulation.violations()).isEmpty();
  }

  @Test
  void whatWasDeletedSinceIsNoHalf() {
    // Given
    List<String> tokens = history.beginBoth(PAIR);
    history.end("one", tokens.get(0), Fate.UNKNOWN);
    history.end("other", tokens.get(1), Fate.UNKNOWN);
    history.endDelete("one", Fate.ACKNOWLEDGED);

    // When
    history.readBoth("one", null, "other", tokens.get(1));

    // Then
    assertThat(simulation.violations()).isEmpty();
  }

  @Test
  void aWriteOnAnotherValueThanWasWatchedIsSeen() {
    // Given
    String first = history.beginWatched("shared", null);
    String second = history.beginWatched("shared", first);
    String third = history.beginWatched("shared", first);

    // When
    history.readShared("shared", first + second);
    assertThat(simulation.violations()).isEmpty();
    history.readShared("shared", first + second + third);

    // Then
    assertThat(simulation.violations().getFirst()).contains(third + " was written on " + first);
  }
}
