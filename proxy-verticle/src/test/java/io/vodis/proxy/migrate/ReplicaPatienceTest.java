package io.vodis.proxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaPatienceTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long START = Long.MAX_VALUE - SECOND;

  private static final String NONE = "*3\r\n$6\r\nmaster\r\n:10\r\n*0\r\n";
  private static final String ONE =
      "*3\r\n$6\r\nmaster\r\n:10\r\n*1\r\n*3\r\n$1\r\nh\r\n$1\r\n1\r\n$2\r\n10\r\n";

  private final ReplicaPatience patience = new ReplicaPatience(50);

  @BeforeEach
  void hasAReplica() {
    patience.onRole(ONE, START);
  }

  @Test
  void aServerIsAskedForItsReplicasFirstAndThenEachSecond() {
    ReplicaPatience fresh = new ReplicaPatience(50);
    assertThat(fresh.mustAsk(START)).isTrue();
    assertThat(fresh.mayWait(START)).isFalse();
    fresh.onRole(ONE, START);
    assertThat(fresh.mayWait(START)).isTrue();
    assertThat(fresh.mustAsk(START + SECOND - 1)).isFalse();
    assertThat(fresh.mustAsk(START + SECOND)).isTrue();
  }

  @Test
  void noneIsWaitedForWhereThereIsNone() {
    for (String role : List.of(NONE, "*5\r\n$5\r\nslave\r\n", "-NOPERM no\r\n")) {
      patience.onRole(role, START);
      assertThat(patience.mayWait(START)).as(role).isFalse();
    }
  }

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
    assertThat(new ReplicaPatience(0).mustAsk(START)).isFalse();
    assertThat(new ReplicaPatience(0).mayWait(START)).isFalse();
  }
}
