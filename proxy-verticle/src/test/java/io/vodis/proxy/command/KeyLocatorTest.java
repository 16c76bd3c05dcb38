package io.vodis.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespLimits;
import io.vodis.resp.RespWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyLocatorTest {

  private final CommandTable table = CommandTable.baseline();
  private final RequestDecoder request = new RequestDecoder(RespLimits.defaults());
  private final KeyLocator locator = new KeyLocator(16);

  static Stream<Arguments> recordedAnswers() throws IOException {
    try (InputStream in = KeyLocatorTest.class.getResourceAsStream("getkeys.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" -> "))
          .map(parts -> Arguments.of(parts[0], List.of(parts[1].split(" "))));
    }
  }

  @ParameterizedTest
  @MethodSource("recordedAnswers")
  void findsTheKeysThatAServerFinds(String line, List<String> keys) {
    assertThat(keysOf(decode(line))).isEqualTo(keys);
  }

  @ParameterizedTest
  @MethodSource("recordedAnswers")
  void findsTheKeysOfANestedCommandAlike(String line, List<String> keys) {
    // Given
    ByteBuf in = decode("COMMAND GETKEYS " + line);
    int base = in.readerIndex();
    CommandSpec spec =
        Objects.requireNonNull(
            table.find(in, base + request.argOffset(2), request.argLength(2)), line);
    CommandSpec sub =
        spec.hasSubcommands()
            ? Objects.requireNonNull(
                spec.subcommand(in, base + request.argOffset(3), request.argLength(3)))
            : spec;

    // When
    int count = locator.locateNested(sub, in, request, 2);

    // Then
    assertThat(keys(in, count)).isEqualTo(keys);
  }

  /** A tag before the star puts all that the pattern may name into one slot. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "SORT {t}l BY {t}w:* GET # GET {t}v*->f STORE {t}d | {t}l {t}d | true",
        "SORT_RO {t}l GET {t}* | {t}l | true",
        "SORT_RO l STORE d | l | false",
        "SORT l BY nosort GET nothing | l | false",
      })
  void sortMayHavePatternsInTheSlotOfItsKey(String line, String keys, boolean patterns) {
    ByteBuf in = decode(line);

    assertThat(keysOf(in)).containsExactly(keys.split(" "));
    assertThat(locator.hasPatterns()).isEqualTo(patterns);
    assertThat(locator.keysElsewhere()).isNull();
  }

  /** The words are those of a Redis 7.0.15 server in cluster mode. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "SORT {t}l BY *{t} | {t}l | ERR BY option of SORT denied in cluster mode.",
        "SORT {t}l GET {u}* | {t}l | ERR GET option of SORT denied in cluster mode.",
        "SORT k BY w_* STORE d | k d | ERR BY option of SORT denied in cluster mode.",
        "SORT k GET # GET o_* | k | ERR GET option of SORT denied in cluster mode.",
        "SORT k BY w_* GET o_* | k | ERR BY option of SORT denied in cluster mode.",
      })
  void sortWithPatternsWithoutATagMayTakeKeysOfAnySlot(String line, String keys, String refusal) {
    ByteBuf in = decode(line);

    assertThat(keysOf(in)).containsExactly(keys.split(" "));
    assertThat(locator.hasPatterns()).isTrue();
    assertThat(locator.keysElsewhere())
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("-" + refusal + "\r\n");
  }

  /** The error is the server's: any server's, for it will not touch a key. */
  @ParameterizedTest
  @ValueSource(strings = {"XREAD STREAMS a b 0", "XREADGROUP GROUP g c STREAMS a b c > >"})
  void whatTheServerWillRefuseGoesToItsFirstKey(String line) {
    assertThat(keysOf(decode(line))).containsExactly("a");
  }

  @ParameterizedTest
  @CsvSource({"MOVE k 3, 3", "move k 15, 15", "MOVE k 16, -1", "MOVE k -1, -1", "MOVE k x, -1"})
  void moveTouchesItsKeyInAnotherDatabaseToo(String line, int database) {
    ByteBuf in = decode(line);
    CommandSpec spec = Objects.requireNonNull(table.resolve(in, request));

    assertThat(locator.secondDatabase(spec, in, request)).isEqualTo(database);
  }

  /** The errors are those of a Redis 7.0.15 server for the same line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "EVAL s x k | ERR value is not an integer or out of range",
        "EVAL s 01 k | ERR value is not an integer or out of range",
        "EVAL s -1 k | ERR Number of keys can't be negative",
        "EVAL s 3 a b | ERR Number of keys can't be greater than number of args",
        "EVAL s 2147483647 a b | ERR value is not an integer or out of range",
        "ZUNION 0 a | ERR at least 1 input key is needed for 'zunion' command",
        "ZUNION 3 a | ERR syntax error",
        "ZUNION x a | ERR value is not an integer or out of range",
        "ZINTERCARD 0 a | ERR at least 1 input key is needed for 'zintercard' command",
        "SINTERCARD x a | ERR numkeys should be greater than 0",
        "LMPOP 0 a LEFT | ERR numkeys should be greater than 0",
        "ZMPOP 0 a MIN | ERR numkeys should be greater than 0",
        "XREAD COUNT 1 a 0 | ERR syntax error",
        "MSET a 1 b | ERR wrong number of arguments for 'mset' command",
      })
  void answersAsAServerWouldWhenTheKeysCannotBeTold(String line, String error) {
    // Given
    ByteBuf in = decode(line);
    CommandSpec spec = Objects.requireNonNull(table.resolve(in, request));

    // When
    int count = locator.locate(spec, in, request);

    // Then
    assertThat(count).isEqualTo(-1);
    assertThat(new String(locator.error(), StandardCharsets.US_ASCII))
        .isEqualTo("-" + error + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EVAL s 0", "FCALL f 0 x"})
  void findsNoKeyWhereThereMayBeNone(String line) {
    assertThat(keysOf(decode(line))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "BLPOP a 0, true",
    "XREAD BLOCK 0 STREAMS a 0, true",
    "xread count 1 block 0 streams a 0, true",
    "XREAD COUNT 1 STREAMS BLOCK 0, false",
    "XREADGROUP GROUP BLOCK BLOCK STREAMS a 0, false",
    "XREADGROUP GROUP g c NOACK BLOCK 5 STREAMS a 0, true",
    "GET a, false",
  })
  void tellsWhatWouldWaitAtTheServer(String line, boolean blocks) {
    ByteBuf in = decode(line);

    assertThat(locator.blocks(Objects.requireNonNull(table.resolve(in, request)), in, request))
        .isEqualTo(blocks);
  }

  private List<String> keysOf(ByteBuf in) {
    CommandSpec spec = Objects.requireNonNull(table.resolve(in, request));
    return keys(in, locator.locate(spec, in, request));
  }

  private List<String> keys(ByteBuf in, int count) {
    assertThat(count)
        .as("error: %s", new String(locator.error(), StandardCharsets.US_ASCII))
        .isNotNegative();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int arg = locator.keyArg(i);
      keys.add(
          in.toString(
              in.readerIndex() + request.argOffset(arg),
              request.argLength(arg),
              StandardCharsets.UTF_8));
    }
    return keys;
  }

  private ByteBuf decode(String line) {
    String[] args = line.split(" ");
    ByteBuf in = Unpooled.buffer().writeZero(3).skipBytes(3);
    RespWriter.arrayHeader(in, args.length);
    for (String arg : args) {
      RespWriter.bulk(in, arg);
    }
    assertThat(request.decode(in)).isEqualTo(RequestDecoder.Progress.FRAME);
    return in;
  }
}
