package io.vodis.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.ReplyDecoder.Progress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyDecoderTest {

  private static final int STREAM_BYTES_MIN = 100;
  private static final RespLimits LIMITS = new RespLimits(200, 5000, 2000, 32, STREAM_BYTES_MIN);

  private final ReplyDecoder decoder = new ReplyDecoder(LIMITS);

  static List<String> golden() {
    return List.of(
        "+OK\r\n",
        "+\r\n",
        "-ERR a lone \r and a lone \n are text\r\n",
        ":1234567890123\r\n",
        ":-1\r\n",
        "$5\r\nhello\r\n",
        "$0\r\n\r\n",
        "$-1\r\n",
        "$10\r\n\r\n+OK\r\n$1\r\r\n",
        "$101\r\n" + "v".repeat(101) + "\r\n",
        "*-1\r\n",
        "*0\r\n",
        "*2\r\n$3\r\nfoo\r\n:1\r\n",
        "*3\r\n*2\r\n+a\r\n*0\r\n$-1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
        "*20\r\n" + "$8\r\n12345678\r\n".repeat(20),
        "_\r\n",
        ",3.25\r\n",
        ",-inf\r\n",
        "#t\r\n",
        "!11\r\nERR syntax \r\n",
        "=7\r\ntxt:abc\r\n",
        "(3492890328409238509324850943850943825024385\r\n",
        "%2\r\n+a\r\n:1\r\n$1\r\nb\r\n%1\r\n:1\r\n:2\r\n",
        "%0\r\n",
        "~3\r\n:1\r\n:2\r\n#f\r\n",
        ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n",
        "|1\r\n+ttl\r\n:10\r\n$1\r\nx\r\n",
        "*2\r\n|1\r\n+ttl\r\n:10\r\n:1\r\n:2\r\n",
        "|0\r\n:1\r\n");
  }

  @ParameterizedTest
  @MethodSource("golden")
  void decodesEveryReplyWhereverItIsSplit(String wire) {
    for (int split = 0; split <= wire.length(); split++) {
      // Given
      decoder.reset();
      ByteBuf in = bytes(wire.substring(0, split));
      Progress early = decoder.decode(in);
      if (split < wire.length()) {
        assertThat(early).as("split at %d", split).isIn(Progress.MORE, Progress.LARGE);
      }

      // When
      in.writeCharSequence(wire.substring(split) + "+next\r\n", StandardCharsets.ISO_8859_1);
      Progress progress = early == Progress.FRAME ? early : decodeThroughLarge(in);

      // Then
      assertThat(progress).as("split at %d", split).isEqualTo(Progress.FRAME);
      assertThat(decoder.frameLength()).isEqualTo(wire.length());
      assertThat(decoder.type()).isEqualTo((byte) wire.charAt(0));
      in.release();
    }
  }

  @ParameterizedTest
  @MethodSource("golden")
  void decodesEveryReplyByteByByteBehindOtherBytes(String wire) {
    // Given
    ByteBuf in = Unpooled.directBuffer().writeZero(7).skipBytes(7);

    // When
    Progress progress = Progress.MORE;
    for (int i = 0; i < wire.length(); i++) {
      assertThat(progress).as("byte %d", i).isIn(Progress.MORE, Progress.LARGE);
      in.writeByte(wire.charAt(i));
      progress = decoder.decode(in);
    }

    // Then
    assertThat(progress).isEqualTo(Progress.FRAME);
    assertThat(decoder.frameLength()).isEqualTo(wire.length());
    in.release();
  }

  @ParameterizedTest
  @MethodSource("golden")
  void passesEveryLargeReplyOnWhereverItIsSplit(String wire) {
    for (int split = 1; split < wire.length(); split++) {
      // Given
      decoder.reset();
      ByteBuf in = bytes(wire.substring(0, split));
      if (decoder.decode(in) != Progress.LARGE) {
        in.release();
        continue;
      }

      // When
      StringBuilder passedOn = new StringBuilder();
      take(in, passedOn);
      for (char c : wire.substring(split).toCharArray()) {
        in.writeByte(c);
        take(in, passedOn);
      }

      // Then
      assertThat(decoder.streamDone()).isTrue();
      assertThat(passedOn.toString()).isEqualTo(wire);
      in.release();
    }
  }

  @Test
  void callsAnAggregateLargeOnceItIsMoreThanABufferFull() {
    // Given
    ByteBuf in = bytes("*1000\r\n" + ":1\r\n".repeat(20));

    // When
    Progress small = decoder.decode(in);
    in.writeCharSequence(":1\r\n".repeat(20), StandardCharsets.US_ASCII);
    Progress large = decoder.decode(in);
    Progress after = decoder.decode(in);

    // Then
    assertThat(small).isEqualTo(Progress.MORE);
    assertThat(large).isEqualTo(Progress.LARGE);
    assertThat(after).isEqualTo(Progress.MORE);
    in.release();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\n",
        "\u00e9\r\n",
        "$x\r\n",
        "$5001\r\n",
        "$3\r\nfooxx",
        "$?\r\n",
        "*99999999999\r\n",
        "*x\r\n",
        "*1\rx",
        "%1\r\n?\r\n",
        "$999999999999999999999999999999999999999999"
      })
  void refusesWhatIsNotTheProtocol(String wire) {
    ByteBuf in = bytes(wire);

    assertThat(decoder.decode(in)).isEqualTo(Progress.ERROR);
    in.release();
  }

  @Test
  void refusesAReplyNestedTooDeeply() {
    ByteBuf deep = bytes("*1\r\n".repeat(31) + ":1\r\n");
    assertThat(decodeThroughLarge(deep)).isEqualTo(Progress.FRAME);
    deep.release();
    decoder.reset();
    ByteBuf tooDeep = bytes("*1\r\n".repeat(32) + ":1\r\n");
    assertThat(decoder.decode(tooDeep)).isEqualTo(Progress.ERROR);
    tooDeep.release();
  }

  @Test
  void followsTheDeepestReplyAScriptCanReturn() {
    // Given
    ReplyDecoder stock = new ReplyDecoder(RespLimits.defaults());
    ByteBuf in = bytes("*1\r\n".repeat(8000) + ":1\r\n");

    // When
    Progress progress = stock.decode(in);

    // Then
    assertThat(progress).isEqualTo(Progress.FRAME);
    in.release();
  }

  private Progress decodeThroughLarge(ByteBuf in) {
    Progress progress = decoder.decode(in);
    return progress == Progress.LARGE ? decoder.decode(in) : progress;
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
