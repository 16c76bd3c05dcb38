package io.vodis.ha.act;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply.Accepted;
import io.vodis.bus.TopomCommand.FailoverGroup;
import io.vodis.ha.judge.Evidence;
import io.vodis.ha.judge.Votes;
import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverCallerTest {

  private static final HostAndPort PRIMARY = new HostAndPort("p1", 6379);

  private final List<FailoverGroup> sent = new ArrayList<>();
  private Future<Accepted> answer = Future.succeededFuture(new Accepted(1, 1));
  private final FailoverCaller caller =
      new FailoverCaller(
          command -> {
            sent.add(command);
            return answer;
          });

  @Test
  void repeatsWithGrowingPausesUntilSettled() {
    // When a verdict comes every 50 ms for 20 s
    for (int millis = 0; millis < 20_000; millis += 50) {
      caller.call(1, 7, evidence(PRIMARY), Duration.ofMillis(millis).toNanos());
    }

    // Then requests went out at 0, 0.25, 0.75, 1.75, 3.75, 7.75, 11.75, 15.75, 19.75 s
    assertThat(sent).hasSize(9);
    assertThat(caller.attempts(1)).isEqualTo(9);
    assertThat(caller.count(FailoverCaller.Outcome.ACCEPTED)).isEqualTo(9);
    assertThat(sent.getFirst().observers()).containsExactly("h1");
    assertThat(sent.getFirst().epoch()).isEqualTo(7);
  }

  @Test
  void startsAfreshWhenTheNextPrimaryDiesOrTheGroupWasSettled() {
    // Given
    caller.call(1, 7, evidence(PRIMARY), 0);
    caller.call(1, 7, evidence(PRIMARY), 1);
    assertThat(sent).hasSize(1);

    // When
    caller.call(1, 8, evidence(new HostAndPort("r1", 6379)), 2);
    caller.settle(1);
    caller.call(1, 8, evidence(new HostAndPort("r1", 6379)), 3);

    // Then
    assertThat(sent).hasSize(3);
    assertThat(caller.attempts(1)).isEqualTo(1);
  }

  @Test
  void tellsARefusalFromNoAnswer() {
    // When
    answer = Future.failedFuture(BusFailure.BUSY.asException("another promotion"));
    caller.call(1, 7, evidence(PRIMARY), 0);
    answer = Future.failedFuture("timed out");
    caller.call(2, 7, evidence(PRIMARY), 0);

    // Then
    assertThat(caller.count(FailoverCaller.Outcome.REFUSED)).isEqualTo(1);
    assertThat(caller.count(FailoverCaller.Outcome.UNANSWERED)).isEqualTo(1);
  }

  private static Evidence evidence(HostAndPort primary) {
    Votes votes = new Votes(List.of("h1"), List.of("h1"));
    return new Evidence(primary, 5000, "refused", votes, 1, List.of(new HostAndPort("r1", 6379)));
  }
}
