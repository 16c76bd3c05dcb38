package io.vodis.proxy.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left of a command that waits, when it is asked for again. */
class BlockingCallTest {

  private static BlockingCall call(String line) {
    List<byte[]> args =
        Arrays.stream(line.split(" ")).map(w -> w.getBytes(StandardCharsets.US_ASCII)).toList();
    return BlockingCall.of(line.split(" ")[0].toLowerCase(java.util.Locale.ROOT), args);
  }

  private static String words(byte[] frame) {
    String[] lines = new String(frame, StandardCharsets.US_ASCII).split("\r\n");
    StringBuilder words = new StringBuilder();
    for (int i = 2; i < lines.length; i += 2) {
      words.append(words.isEmpty() ? "" : " ").append(lines[i]);
    }
    return words.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "BLPOP a b 5,                               5000, BLPOP a b 1.250",
    "BRPOP a 0.5,                                500, BRPOP a 1.250",
    "BLMOVE a b LEFT LEFT 5,                    5000, BLMOVE a b LEFT LEFT 1.250",
    "BRPOPLPUSH a b 5,                          5000, BRPOPLPUSH a b 1.250",
    "BZPOPMIN a 5,                              5000, BZPOPMIN a 1.250",
    "BLMPOP 5 1 a LEFT,                         5000, BLMPOP 1.250 1 a LEFT",
    "BZMPOP 5 1 a MIN,                          5000, BZMPOP 1.250 1 a MIN",
    "XREAD COUNT 1 BLOCK 70 STREAMS s 0,          70, XREAD COUNT 1 BLOCK 1250 STREAMS s 0",
    "XREADGROUP GROUP block c BLOCK 7 STREAMS s >, 7,"
        + " XREADGROUP GROUP block c BLOCK 1250 STREAMS s >",
    "BLPOP a 0,                                    0, BLPOP a 0",
    "BLPOP a nonsense,                             0, BLPOP a nonsense",
    "BLPOP a -1,                                   0, BLPOP a -1",
  })
  void theTimeThatIsLeftTakesThePlaceOfTheWhole(String line, long millis, String left) {
    BlockingCall call = call(line);
    assertThat(call.timeoutNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(millis));
    assertThat(words(call.frame())).isEqualTo(line);
    assertThat(words(call.frame(TimeUnit.MILLISECONDS.toNanos(1250), Map.of()))).isEqualTo(left);
  }

  @Test
  void wholeSecondsStayWholeForServersThatKnowNoOther() {
    assertThat(words(call("BLPOP a 5").frame(TimeUnit.SECONDS.toNanos(3), Map.of())))
        .isEqualTo("BLPOP a 3");
  }

  @Test
  void idsThatMeanFromNowOnAreFoundAndReplaced() {
    BlockingCall call = call("XREAD BLOCK 0 STREAMS a b c 1-1 $ $");
    assertThat(call.newOnly()).extracting(BlockingCall.StreamId::arg).containsExactly(8, 9);
    assertThat(words(call.frame(0, Map.of(8, "5-1".getBytes(StandardCharsets.US_ASCII)))))
        .isEqualTo("XREAD BLOCK 0 STREAMS a b c 1-1 5-1 $");
  }

  @Test
  void theLastIdIsReadFromWhatTheServerTellsOfTheStream() {
    assertThat(BlockingCall.lastId("*2\r\n$17\r\nlast-generated-id\r\n$3\r\n7-2\r\n"))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("7-2");
    assertThat(BlockingCall.lastId("-ERR no such key\r\n"))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("0-0");
  }
}
