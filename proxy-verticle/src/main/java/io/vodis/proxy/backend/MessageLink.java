package io.vodis.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.Protocol;
import io.vodis.resp.ReplyDecoder;

/**
 * A connection to a server on which messages come that nobody asked for: a subscriber's. It greets
 * and finds frames; what a frame means is its listener's matter.
 *
 * <p>It speaks RESP2, which every server knows, and is read without a pause: a server cuts a
 * subscriber that takes too little, so whoever gets the messages has a limit of its own.
 */
public final class MessageLink implements RespSocket.Listener, FlushQueue.Flushable {

  /** What a link tells its owner, on the loop. */
  public interface Listener {

    /** Greeted: commands may be sent. */
    void onReady();

    /** A reply or a message. The bytes are valid during the call only. */
    void onFrame(ByteBuf in, int offset, int length);

    /** It is gone; comes once, also after {@link MessageLink#close}. */
    void onClosed(String reason, boolean neverReady);
  }

  private enum Phase {
    CONNECTING,
    HANDSHAKE,
    READY,
    CLOSED
  }

  private final HostAndPort server;
  private final BackendEnvironment environment;
  private final long maxFrameBytes;
  private final Listener listener;
  private final RespSocket socket = new RespSocket(this);
  private final ReplyDecoder decoder;
  private final Handshake handshake = new Handshake();
  private final long openedNanos;
  private Phase phase = Phase.CONNECTING;
  private boolean flushQueued;
  private String closeReason = "connection closed by the server";
  private long readNanos;

  /** Opens the connection; {@code maxFrameBytes} is the largest message it takes. */
  public MessageLink(
      HostAndPort server, BackendEnvironment environment, long maxFrameBytes, Listener listener) {
    this.server = server;
    this.environment = environment;
    this.maxFrameBytes = maxFrameBytes;
    this.listener = listener;
    this.decoder = new ReplyDecoder(environment.respLimits());
    this.openedNanos = environment.clock().nowNanos();
    this.readNanos = openedNanos;
  }

  /** Connects; what comes of it is told later. */
  public void open() {
    environment
        .connector()
        .connect(
            server,
            socket,
            error -> {
              String text = error.getMessage();
              close(text == null ? error.getClass().getSimpleName() : text);
            });
  }

  @Override
  public void onAttached() {
    if (phase == Phase.CONNECTING) {
      phase = Phase.HANDSHAKE;
      socket.writeAhead(
          handshake.begin(
              server, environment.limits(), environment.limits().clientName(), 0, Protocol.RESP2));
    }
  }

  /** The buffer to append commands to; they leave at the end of the loop iteration. */
  public ByteBuf outgoing() {
    if (phase != Phase.READY) {
      throw new IllegalStateException("not ready: " + phase);
    }
    if (!flushQueued) {
      flushQueued = true;
      environment.flushes().backend(this);
    }
    return socket.outgoing();
  }

  @Override
  public void flush() {
    flushQueued = false;
    socket.flush();
  }

  @Override
  public void onRead(ByteBuf in) {
    readNanos = environment.clock().refresh();
    try {
      readFrames(in);
    } finally {
      environment.copies().end();
    }
  }

  private void readFrames(ByteBuf in) {
    while (phase != Phase.CLOSED) {
      ReplyDecoder.Progress progress = decoder.decode(in);
      if (progress == ReplyDecoder.Progress.FRAME) {
        int length = decoder.frameLength();
        decoder.reset();
        onFrame(in, in.readerIndex(), length);
        in.skipBytes(length);
      } else if (progress == ReplyDecoder.Progress.ERROR) {
        close("the server broke the protocol");
      } else if (progress == ReplyDecoder.Progress.MORE) {
        if (in.readableBytes() > maxFrameBytes) {
          close("a message larger than a subscriber may hold");
        }
        return;
      }
    }
  }

  private void onFrame(ByteBuf in, int offset, int length) {
    if (phase == Phase.READY) {
      listener.onFrame(in, offset, length);
    } else if (handshake.onReply(in, offset, length)) {
      String error = handshake.error();
      if (error != null) {
        close(error);
      } else {
        phase = Phase.READY;
        listener.onReady();
      }
    }
  }

  @Override
  public void onWritable() {
    // What is sent is bounded by what its owner wants of the server.
  }

  @Override
  public void onInputClosed() {
    close(closeReason);
  }

  @Override
  public void onClosed() {
    toClosed();
  }

  /** Closes at once. */
  public void close(String reason) {
    if (phase != Phase.CLOSED) {
      closeReason = reason;
      toClosed();
      socket.close();
    }
  }

  private void toClosed() {
    if (phase != Phase.CLOSED) {
      boolean neverReady = phase != Phase.READY;
      phase = Phase.CLOSED;
      listener.onClosed(closeReason, neverReady);
    }
  }

  public boolean isReady() {
    return phase == Phase.READY;
  }

  /**
   * Periodic care.
   *
   * @param awaiting whether a reply is awaited
   * @return whether the server has been silent for so long that it should be tested
   */
  public boolean tick(long now, boolean awaiting) {
    BackendLimits limits = environment.limits();
    if (phase == Phase.CONNECTING || phase == Phase.HANDSHAKE) {
      if (now - openedNanos > limits.connectTimeoutNanos()) {
        close("no connection within " + limits.connectTimeoutNanos() / 1_000_000 + " ms");
      }
      return false;
    }
    long silent = now - readNanos;
    if (awaiting && limits.recvTimeoutNanos() > 0 && silent > limits.recvTimeoutNanos()) {
      close("no answer for " + limits.recvTimeoutNanos() / 1_000_000 + " ms");
      return false;
    }
    return phase == Phase.READY
        && !awaiting
        && limits.pingPeriodNanos() > 0
        && silent > limits.pingPeriodNanos();
  }
}
