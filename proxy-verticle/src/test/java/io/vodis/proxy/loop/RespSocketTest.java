package io.vodis.proxy.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RespSocketTest {

  /** Takes frames of a length byte pair and that many bytes; now and then only some of them. */
  private static final class Frames implements RespSocket.Listener {

    private final Random random;
    private final List<byte[]> frames = new ArrayList<>();
    private boolean pauses;

    private Frames(Random random, boolean pauses) {
      this.random = random;
      this.pauses = pauses;
    }

    @Override
    public void onRead(ByteBuf in) {
      while (in.readableBytes() >= 2 && !(pauses && random.nextInt(4) == 0)) {
        int length = in.getUnsignedShort(in.readerIndex());
        if (in.readableBytes() < 2 + length) {
          return;
        }
        in.skipBytes(2);
        byte[] frame = new byte[length];
        in.readBytes(frame);
        frames.add(frame);
      }
    }

    @Override
    public void onWritable() {}

    @Override
    public void onInputClosed() {}

    @Override
    public void onClosed() {}
  }

  /** Small frames, some larger than what is joined, cut at any place; what is left comes later. */
  @Test
  void showsEveryByteOnceAndInOrder() {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      List<byte[]> sent = frames(random);
      Frames listener = new Frames(random, seed % 2 == 0);
      RespSocket socket = new RespSocket(listener);
      EmbeddedChannel channel = new EmbeddedChannel();
      socket.attach(channel, null);
      deliver(channel, sent, random);
      listener.pauses = false;
      socket.resumeReading();
      assertThat(listener.frames).usingElementComparator(java.util.Arrays::compare).isEqualTo(sent);
      assertThat(socket.hasUnread()).isFalse();
      channel.finishAndReleaseAll();
    }
  }

  private static List<byte[]> frames(Random random) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      byte[] frame = new byte[random.nextInt(20) == 0 ? random.nextInt(5000) : random.nextInt(80)];
      random.nextBytes(frame);
      frames.add(frame);
    }
    return frames;
  }

  private static void deliver(EmbeddedChannel channel, List<byte[]> frames, Random random) {
    ByteBuf all = Unpooled.buffer();
    for (byte[] frame : frames) {
      all.writeShort(frame.length).writeBytes(frame);
    }
    int pieceMax = random.nextBoolean() ? 50 : 4000;
    while (all.isReadable()) {
      int length = Math.min(all.readableBytes(), 1 + random.nextInt(pieceMax));
      channel.writeInbound(all.readBytes(length));
    }
    all.release();
  }

  @Test
  void keepsNothingOfAClosedConnection() {
    Frames listener = new Frames(new Random(1), false);
    RespSocket socket = new RespSocket(listener);
    EmbeddedChannel channel = new EmbeddedChannel();
    socket.attach(channel, null);
    channel.writeInbound(Unpooled.copiedBuffer(new byte[] {0, 5, 1}));
    assertThat(socket.hasUnread()).isTrue();
    channel.finishAndReleaseAll();
    assertThat(socket.hasUnread()).isFalse();
    assertThat(listener.frames).isEmpty();
  }
}
