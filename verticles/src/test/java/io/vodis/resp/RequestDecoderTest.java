package io.vodis.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.RequestDecoder.Progress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDecoderTest {

  private static final int STREAM_BYTES_MIN = 100;
  private static final RespLimits LIMITS = new RespLimits(200, 5000, 2000, 32, STREAM_BYTES_MIN);

  private final RequestDecoder decoder = new RequestDecoder(LIMITS);

  /** Whole requests and the arguments they hold; {@code null} as first argument: nothing asked. */
  static Stream<Arguments> golden() {
    String large = "v".repeat(STREAM_BYTES_MIN + 1);
    return Stream.of(
        golden("*1\r\n$4\r\nPING\r\n", "PING"),
        golden("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n", "SET", "k", ""),
        golden("*2\r\n$3\r\nGET\r\n$12\r\nk\r\n\0$9\r\n*1\r\n\r\n", "GET", "k\r\n\0$9\r\n*1\r\n"),
        golden("*2\r\n$3\r\nGET\r\n$99\r\n" + "k".repeat(99) + "\r\n", "GET", "k".repeat(99)),
        golden("*2\r\n$3\r\nGET\r\n$100\r\n" + "k".repeat(100) + "\r\n", "GET", "k".repeat(100)),
        golden(
            "*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$101\r\n" + large + "\r\n$2\r\nNX\r\n",
            "SET",
            "k",
            large,
            "NX"),
        golden(
            "*20\r\n" + "$1\r\nx\r\n".repeat(20),
            IntStream.range(0, 20).mapToObj(i -> "x").toArray(String[]::new)),
        golden("PING\r\n", "PING"),
        golden("PING\n", "PING"),
        golden("  set\tk  'a \\'b'  \"c\\x41\\n\\\"d\"\r\n", "set", "k", "a 'b", "cA\n\"d"),
        golden("\"\" '' x\"y\"\r\n", "", "", "xy"),
        golden("\"\\x4g\\q\\a\\b\\t\\r\"\n", "x4gq\u0007\b\t\r"),
        golden("\r\n"),
        golden("\n"),
        golden("   \r\n"),
        golden("*0\r\n"),
        golden("*-1\r\n"));
  }

  private static Arguments golden(String wire, String... args) {
    return Arguments.of(wire, List.of(args));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void decodesEveryFrameWhereverItIsSplit(String wire, List<String> args) {
    for (int split = 0; split <= wire.length(); split++) {
      assertThat(decodeInTwo(wire, split)).as("split at %d", split).isEqualTo(args);
    }
  }

  @ParameterizedTest
  @MethodSource("golden")
  void decodesEveryFrameByteByByteBehindOtherBytes(String wire, List<String> args) {
    // Given
    ByteBuf in = Unpooled.directBuffer().writeZero(7).skipBytes(7);

    // When
    Progress progress = Progress.MORE;
    for (int i = 0; i < wire.length(); i++) {
      assertThat(progress).isIn(Progress.MORE, Progress.LARGE);
      in.writeByte(wire.charAt(i));
      progress = decoder.decode(in);
    }

    // Then
    assertThat(args(in, progress)).isEqualTo(args);
    assertThat(decoder.frameLength()).isEqualTo(wire.length());
    in.release();
  }

  @ParameterizedTest
  @MethodSource("golden")
  void decodesFramesFollowingOneAnother(String wire, List<String> args) {
    ByteBuf in = bytes(wire + wire + "PING\r\n");
    for (int i = 0; i < 2; i++) {
      // When
      Progress progress = decodeThroughLarge(in);

      // Then
      assertThat(args(in, progress)).isEqualTo(args);
      in.skipBytes(decoder.frameLength());
      decoder.reset();
    }
    assertThat(args(in, decoder.decode(in))).containsExactly("PING");
    in.release();
  }

  @ParameterizedTest
  @MethodSource("golden")
  void passesEveryFrameOnWhereverItIsSplit(String wire, List<String> args) {
    if (!wire.contains("$101")) {
      return;
    }
    for (int split = wire.indexOf("$101") + 6; split < wire.length(); split++) {
      for (int second = split; second <= wire.length(); second++) {
        // Given
        decoder.reset();
        ByteBuf in = bytes(wire.substring(0, split));
        if (decoder.decode(in) != Progress.LARGE) {
          in.release();
          continue;
        }
        assertThat(decoder.argCount()).isEqualTo(2);
        assertThat(decoder.declaredArgCount()).isEqualTo(args.size());

        // When
        StringBuilder passedOn = new StringBuilder();
        take(in, passedOn);
        in.writeCharSequence(wire.substring(split, second), StandardCharsets.ISO_8859_1);
        take(in, passedOn);
        in.writeCharSequence(wire.substring(second) + "PING\r\n", StandardCharsets.ISO_8859_1);
        take(in, passedOn);

        // Then
        assertThat(decoder.streamDone()).isTrue();
        assertThat(passedOn.toString()).isEqualTo(wire);
        assertThat(in.toString(StandardCharsets.ISO_8859_1)).isEqualTo("PING\r\n");
        in.release();
      }
    }
  }

  @Test
  void reportsALargeArgumentOnceAndThenCollectsIt() {
    // Given
    ByteBuf in = bytes("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200\r\nvvv");

    // When
    Progress first = decoder.decode(in);
    Progress second = decoder.decode(in);
    int large = decoder.argCount();

    // Then
    assertThat(first).isEqualTo(Progress.LARGE);
    assertThat(second).isEqualTo(Progress.MORE);
    assertThat(decoder.argLength(large)).isEqualTo(200);
    in.writeCharSequence("v".repeat(197) + "\r\n", StandardCharsets.US_ASCII);
    assertThat(args(in, decoder.decode(in))).containsExactly("SET", "k", "v".repeat(200));
    in.release();
  }

  @Test
  void doesNotStreamALargeArgumentThatIsThereAsAWhole() {
    ByteBuf in = bytes("*1\r\n$200\r\n" + "v".repeat(200) + "\r\n");

    assertThat(decoder.decode(in)).isEqualTo(Progress.FRAME);
    in.release();
  }

  @Test
  void findsAnErrorBehindALargeArgumentWhileStreaming() {
    for (String rest : List.of("xx", "\r\n:3\r\n", "\r\n$-1\r\n", "\r\n$9999999\r\n")) {
      // Given
      decoder.reset();
      ByteBuf in = bytes("*2\r\n$200\r\n");
      assertThat(decoder.decode(in)).isEqualTo(Progress.LARGE);

      // When
      in.writeCharSequence("v".repeat(200) + rest, StandardCharsets.US_ASCII);

      // Then
      assertThat(decoder.streamable(in)).as(rest).isEqualTo(-1);
      assertThat(decoder.error()).startsWith("Protocol error: ");
      in.release();
    }
  }

  /** The texts a Redis 7.0.15 server answers to the same bytes; its limits are the real ones. */
  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of("*x\r\n", "invalid multibulk length"),
        Arguments.of("*\r\n", "invalid multibulk length"),
        Arguments.of("*03\r\n", "invalid multibulk length"),
        Arguments.of("*+3\r\n", "invalid multibulk length"),
        Arguments.of("*-0\r\n", "invalid multibulk length"),
        Arguments.of("*2147483648\r\n", "invalid multibulk length"),
        Arguments.of("*99999999999999999999999\r\n", "invalid multibulk length"),
        Arguments.of("*1\r\nx3\r\n", "expected '$', got 'x'"),
        Arguments.of("*1\r\n:3\r\n", "expected '$', got ':'"),
        Arguments.of("*1\r\n\na\r\n", "expected '$', got ' '"),
        Arguments.of("*1\r\n\u00e9a\r\n", "expected '$', got '\u00e9'"),
        Arguments.of("*1\r\n$-1\r\n", "invalid bulk length"),
        Arguments.of("*1\r\n$x\r\n", "invalid bulk length"),
        Arguments.of("*1\r\n$04\r\nPING\r\n", "invalid bulk length"),
        Arguments.of("*1\r\n$536870913\r\n", "invalid bulk length"),
        Arguments.of("*1\r\n$2147483647\r\n", "invalid bulk length"),
        Arguments.of("*" + "1".repeat(70_000), "too big mbulk count string"),
        Arguments.of("*1\r\n$" + "1".repeat(70_000), "too big bulk count string"),
        Arguments.of("P".repeat(70_000), "too big inline request"),
        Arguments.of("PING \"a\r\n", "unbalanced quotes in request"),
        Arguments.of("PING 'a'b\r\n", "unbalanced quotes in request"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void answersWhatIsNotTheProtocolInTheWordsOfRedis(String wire, String text) {
    // Given
    RequestDecoder stock = new RequestDecoder(RespLimits.defaults());
    ByteBuf in = bytes(wire);

    // When
    Progress progress = stock.decode(in);

    // Then
    assertThat(progress).isEqualTo(Progress.ERROR);
    assertThat(stock.error()).isEqualTo("Protocol error: " + text);
    in.release();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*1000000000\r\n", // Redis 7 waits for that many; Redis 6 and we refuse
        "*2001\r\n",
        "*1\r$4\r\nPING\r\n", // Redis takes any byte for the line feed
        "*1\r\n$4\rxPING\r\n",
        "*1\r\n$4\r\nPINGxx",
        "*1\r\n$5001\r\n"
      })
  void refusesWhatAStricterServerWouldRefuse(String wire) {
    ByteBuf in = bytes(wire);

    assertThat(decoder.decode(in)).isEqualTo(Progress.ERROR);
    in.release();
  }

  @Test
  void allowsAStrangerSmallRequestsOnly() {
    decoder.authenticated(false);
    assertThat(errorOf("*11\r\n")).isEqualTo("Protocol error: unauthenticated multibulk length");
    RespLimits wide = RespLimits.defaults();
    RequestDecoder stranger = new RequestDecoder(wide);
    stranger.authenticated(false);
    ByteBuf in = bytes("*2\r\n$4\r\nAUTH\r\n$16385\r\n");
    assertThat(stranger.decode(in)).isEqualTo(Progress.ERROR);
    assertThat(stranger.error()).isEqualTo("Protocol error: unauthenticated bulk length");
    in.release();
  }

  @Test
  void takesNoMemoryForArgumentsThatAreOnlyAnnounced() {
    // Given
    RequestDecoder[] decoders = new RequestDecoder[10_000];
    ByteBuf in = bytes("*1048576\r\n$536870912\r\n");
    long before = usedBytes();

    // When
    for (int i = 0; i < decoders.length; i++) {
      decoders[i] = new RequestDecoder(RespLimits.defaults());
      decoders[i].decode(in);
    }

    // Then: positions for a million arguments would be 8 MB for each of them
    assertThat(usedBytes() - before).isLessThan(64L << 20);
    assertThat(decoders[0].declaredArgCount()).isEqualTo(1 << 20);
    in.release();
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private String errorOf(String wire) {
    ByteBuf in = bytes(wire);
    assertThat(decoder.decode(in)).isEqualTo(Progress.ERROR);
    in.release();
    return decoder.error();
  }

  private List<String> decodeInTwo(String wire, int split) {
    decoder.reset();
    ByteBuf in = bytes(wire.substring(0, split));
    Progress early = decoder.decode(in);
    if (split < wire.length()) {
      assertThat(early).as("split at %d", split).isIn(Progress.MORE, Progress.LARGE);
    }
    // What follows the frame must not matter.
    in.writeCharSequence(wire.substring(split) + "*1\r\n", StandardCharsets.ISO_8859_1);
    Progress progress = split < wire.length() ? decodeThroughLarge(in) : early;
    List<String> args = args(in, progress);
    assertThat(decoder.frameLength()).isEqualTo(wire.length());
    in.release();
    return args;
  }

  private Progress decodeThroughLarge(ByteBuf in) {
    Progress progress = decoder.decode(in);
    return progress == Progress.LARGE ? decoder.decode(in) : progress;
  }

  private List<String> args(ByteBuf in, Progress progress) {
    List<String> args = new ArrayList<>();
    switch (progress) {
      case FRAME -> {
        for (int i = 0; i < decoder.argCount(); i++) {
          int at = in.readerIndex() + decoder.argOffset(i);
          args.add(in.toString(at, decoder.argLength(i), StandardCharsets.ISO_8859_1));
        }
        assertThat(decoder.declaredArgCount()).isEqualTo(decoder.argCount());
      }
      case INLINE ->
          decoder.inlineArgs().forEach(a -> args.add(new String(a, StandardCharsets.ISO_8859_1)));
      default -> assertThat(progress).isEqualTo(Progress.EMPTY);
    }
    return args;
  }

  private void take(ByteBuf in, StringBuilder passedOn) {
    int bytes = decoder.streamable(in);
    assertThat(bytes).isNotNegative();
    passedOn.append(in.readCharSequence(bytes, StandardCharsets.ISO_8859_1));
  }

  private static ByteBuf bytes(String wire) {
    ByteBuf in = Unpooled.directBuffer(Math.max(1, wire.length()));
    in.writeCharSequence(wire, StandardCharsets.ISO_8859_1);
    return in;
  }
}
