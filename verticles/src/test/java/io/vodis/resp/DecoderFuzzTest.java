package io.vodis.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Garbage, hostile lengths and broken frames for both decoders. Whatever comes: no exception, no
 * position outside the bytes, and the same outcome however the bytes are cut up.
 */
class DecoderFuzzTest {

  private static final int ROUNDS = Integer.getInteger("fuzzRounds", 10_000);
  private static final RespLimits LIMITS = new RespLimits(64, 1 << 20, 1 << 20, 16, 32);

  /** What hostile peers send, beside random bytes. */
  private static final String[] WORDS = {
    "*1000000000\r\n",
    "$2147483647\r\n",
    "*1\r\n",
    "*3\r\n",
    "*0\r\n",
    "*-1\r\n",
    "$-1\r\n",
    "$0\r\n",
    "$3\r\n",
    "$40\r\n",
    "foo",
    "\r\n",
    "\r",
    "\n",
    "GET",
    "+OK\r\n",
    "-ERR\r\n",
    ":1\r\n",
    "%1\r\n",
    "~2\r\n",
    ">2\r\n",
    "|1\r\n",
    "_\r\n",
    "#t\r\n",
    "!3\r\n",
    "=5\r\n",
    "(1\r\n",
    ",1\r\n",
    "$3\r\nfoo\r\n",
    "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
    "\"",
    "'",
    "\\x",
    " ",
    "9223372036854775808",
    "-",
    "*16\r\n",
    "$00001\r\n",
    "\0",
    "PING\r\n",
    "v".repeat(40)
  };

  private final long seed = Long.getLong("seed", 20261120L);
  private final Random random = new Random(seed);

  @Test
  void requestsComeOutTheSameHoweverTheyAreCutUp() {
    for (int round = 0; round < ROUNDS; round++) {
      ByteBuf wire = wire();
      String whole = requests(wire, wire.readableBytes());
      String cutUp = requests(wire, 1 + random.nextInt(7));
      assertThat(cutUp).as("seed %d round %d", seed, round).isEqualTo(whole);
      wire.release();
    }
  }

  @Test
  void repliesComeOutTheSameHoweverTheyAreCutUp() {
    for (int round = 0; round < ROUNDS; round++) {
      ByteBuf wire = wire();
      String whole = replies(wire, wire.readableBytes());
      String cutUp = replies(wire, 1 + random.nextInt(7));
      assertThat(cutUp).as("seed %d round %d", seed, round).isEqualTo(whole);
      wire.release();
    }
  }

  private ByteBuf wire() {
    ByteBuf wire = PooledByteBufAllocator.DEFAULT.directBuffer(64);
    for (int words = 1 + random.nextInt(10); words > 0; words--) {
      if (random.nextInt(8) == 0) {
        wire.writeByte(random.nextInt(256));
      } else {
        wire.writeCharSequence(WORDS[random.nextInt(WORDS.length)], StandardCharsets.ISO_8859_1);
      }
    }
    return wire;
  }

  /** Decodes everything, {@code step} new bytes at a time; the outcomes as text. */
  private static String requests(ByteBuf wire, int step) {
    RequestDecoder decoder = new RequestDecoder(LIMITS);
    StringBuilder outcomes = new StringBuilder();
    ByteBuf in = wire.duplicate();
    int available = 0;
    while (true) {
      in.writerIndex(available);
      RequestDecoder.Progress progress = decoder.decode(in);
      boolean streaming = false;
      if (progress == RequestDecoder.Progress.LARGE) {
        // The arguments before a large one can be read while it is arriving.
        assertThat(decoder.argCount()).isLessThan(decoder.declaredArgCount());
        streaming = true;
      }
      switch (progress) {
        case ERROR -> {
          return outcomes.append(decoder.error()).toString();
        }
        case MORE, LARGE -> {
          if (streaming && decoder.decode(in) != RequestDecoder.Progress.MORE) {
            return "reported twice";
          }
          if (available == wire.writerIndex()) {
            return outcomes.toString();
          }
          available = Math.min(wire.writerIndex(), available + step);
        }
        case FRAME, INLINE, EMPTY -> {
          outcomes.append(progress).append(decoder.frameLength()).append(' ');
          if (progress == RequestDecoder.Progress.FRAME) {
            appendArgs(decoder, in, outcomes);
          }
          in.skipBytes(decoder.frameLength());
          decoder.reset();
        }
      }
    }
  }

  private static void appendArgs(RequestDecoder decoder, ByteBuf in, StringBuilder outcomes) {
    for (int i = 0; i < decoder.argCount(); i++) {
      int at = in.readerIndex() + decoder.argOffset(i);
      outcomes.append(in.toString(at, decoder.argLength(i), StandardCharsets.ISO_8859_1));
    }
  }

  /** Collects small replies and passes large ones on; the ends of all replies as text. */
  private static String replies(ByteBuf wire, int step) {
    ReplyDecoder decoder = new ReplyDecoder(LIMITS);
    StringBuilder ends = new StringBuilder();
    ByteBuf in = wire.duplicate();
    int available = 0;
    boolean streaming = false;
    while (true) {
      in.writerIndex(available);
      boolean ended = false;
      if (streaming) {
        int bytes = decoder.streamable(in);
        if (bytes < 0) {
          return ends.append("error").toString();
        }
        in.skipBytes(bytes);
        ended = decoder.streamDone();
      } else {
        switch (decoder.decode(in)) {
          case ERROR -> {
            return ends.append("error").toString();
          }
          case LARGE -> {
            streaming = true;
            continue;
          }
          case FRAME -> {
            in.skipBytes(decoder.frameLength());
            ended = true;
          }
          case MORE -> {
            // The next bytes tell.
          }
        }
      }
      if (ended) {
        ends.append(in.readerIndex()).append(' ');
        decoder.reset();
        streaming = false;
      } else if (available == wire.writerIndex()) {
        return ends.toString();
      } else {
        available = Math.min(wire.writerIndex(), available + step);
      }
    }
  }
}
