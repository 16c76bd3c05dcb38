package io.vodis.proxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReplicaPatienceTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long START = Long.MAX_VALUE - SECOND;

  private final ReplicaPatience patience = new ReplicaPatience(50);

  @Test
  void waitsEachTimeAsLongAsOneAnswers() {
    for (int i = 0; i < 3; i++) {
      assertThat(patience.mayWait(START)).isTrue();
      patience.onReply(":2\r\n", START);
    }
  }

  @Test
  void waitsTheMoreSeldomTheOftenerNoneAnswers() {
    long now = START;
    for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
      assertThat(patience.mayWait(now)).isTrue();
      patience.onReply(":0\r\n", now);
      assertThat(patience.mayWait(now + seconds * SECOND - 1)).isFalse();
      now += seconds * SECOND;
    }
    patience.onReply(":1\r\n", now);
    assertThat(patience.mayWait(now)).isTrue();
  }

  @Test
  void aServerThatDoesNotKnowTheCommandIsNotAskedAgainAtOnce() {
    patience.onReply("-ERR unknown command\r\n", START);
    assertThat(patience.mayWait(START + 1)).isFalse();
  }

  @Test
  void withoutPatienceNoneIsAsked() {
    assertThat(new ReplicaPatience(0).mayWait(START)).isFalse();
  }
}
