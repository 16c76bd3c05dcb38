package io.vodis.proxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.redis.ServerAccess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a loop asks topom for, and what it makes of the answers. */
class AskedLineTest {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private record Asked(List<String> keys, Consumer<KeyRequests.Answer> onAnswer) {

    void answer(Integer... left) {
      onAnswer.accept(new KeyRequests.Answer(List.of(left), ""));
    }

    void fail() {
      onAnswer.accept(KeyRequests.Answer.unknown(keys.size(), new Exception("no leader")));
    }
  }

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ArrayDeque<Asked> asked = new ArrayDeque<>();
  private final Map<String, Boolean> over = new TreeMap<>();
  private long nanos;
  private final LoopClock clock = new LoopClock(() -> nanos);

  /** It has no connections of its own, so it needs no environment for them. */
  @SuppressWarnings("NullAway")
  private final AskedLine line =
      new AskedLine(
          new PullWay(
              new HostAndPort("10.0.0.1", 1),
              new HostAndPort("10.0.0.2", 2),
              false,
              3,
              MigrationMethod.DUMP),
          new MoverEnvironment(
              new BackendPool(1, null),
              clock,
              new FlushQueue(tasks::add, clock),
              new CopyRun(),
              "test",
              ServerAccess.OPEN,
              (source, target, database, keys, onAnswer) ->
                  asked.add(new Asked(keys.stream().map(AskedLineTest::text).toList(), onAnswer)),
              3,
              1000,
              0,
              PATIENCE.toNanos(),
              new SplittableRandom(1)));

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void want(String... names) {
    for (String name : names) {
      line.add(
          new Key(3, name.getBytes(StandardCharsets.UTF_8)),
          0,
          (key, moved) -> over.put(text(key.bytes()), moved));
    }
    runTasks();
  }

  private void runTasks() {
    while (!tasks.isEmpty()) {
      tasks.poll().run();
    }
  }

  private void pass(Duration duration) {
    nanos += duration.toNanos();
    line.tick(clock.refresh());
    runTasks();
  }

  private Asked next() {
    return asked.remove();
  }

  @Test
  void keysOfOneIterationGoTogetherAndLaterOnesAfterTheAnswer() {
    want("a", "b");
    want("c", "d", "e", "f");
    Asked first = next();
    assertThat(first.keys()).containsExactly("a", "b");
    assertThat(asked).isEmpty();

    first.answer();
    runTasks();
    assertThat(over).containsExactlyInAnyOrderEntriesOf(Map.of("a", true, "b", true));
    Asked second = next();
    assertThat(second.keys()).containsExactly("c", "d", "e");
    second.answer();
    runTasks();
    assertThat(next().keys()).containsExactly("f");
  }

  @Test
  void whatIsLeftIsAskedForAgainAndHoldsUpNothing() {
    want("stale", "a");
    next().answer(0);
    assertThat(over).isEqualTo(Map.of("a", true));

    want("b");
    Asked fresh = next();
    assertThat(fresh.keys()).containsExactly("b");
    fresh.answer();
    pass(Duration.ofMillis(10));
    assertThat(next().keys()).containsExactly("stale");
  }

  @Test
  void withoutAnAnswerEverythingWaitsALittleAndIsGivenUpInTime() {
    want("a");
    next().fail();
    want("b");
    assertThat(asked).isEmpty();
    List<Integer> asks = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      pass(Duration.ofMillis(10));
      while (!asked.isEmpty()) {
        asks.add(i);
        next().fail();
      }
    }

    assertThat(over).isEqualTo(Map.of("a", false, "b", false));
    assertThat(asks).hasSizeBetween(8, 40);
  }

  @Test
  void onceItIsAbandonedEverythingIsOverAndALateAnswerChangesNothing() {
    want("a");
    want("b");
    Asked late = next();

    line.abandon();
    late.answer();
    runTasks();

    assertThat(over).isEqualTo(Map.of("a", false, "b", false));
    assertThat(asked).isEmpty();
  }
}
