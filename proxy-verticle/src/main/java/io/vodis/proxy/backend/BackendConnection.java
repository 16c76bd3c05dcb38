package io.vodis.proxy.backend;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.RequestQueue;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.ReplyDecoder;
import io.vodis.resp.RespErrors;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server, database selected. Replies belong to requests by position: the queue
 * of requests in flight is the whole protocol.
 *
 * <p>Requests may be added while the connection is being made; they leave when it is ready. Those
 * added since the last flush are known as unsent: they alone can be failed with "not executed",
 * when the connection breaks or when the lease is found expired at the flush.
 */
public final class BackendConnection implements RespSocket.Listener, FlushQueue.Flushable {

  private enum Phase {
    CONNECTING,
    HANDSHAKE,
    READY,
    CLOSED
  }

  private final Backend owner;
  private final BackendEnvironment environment;
  private final boolean dedicated;
  private final RespSocket socket = new RespSocket(this);
  private final ReplyDecoder decoder;
  private final @Nullable PrivateLine own;
  private final Handshake handshake = new Handshake();
  private final RequestQueue<Request> inFlight = new RequestQueue<>();
  private final int maxPipeline;
  private final long maxOutputBytes;
  private Phase phase = Phase.CONNECTING;

  /** How many requests at the end of the queue have not been handed to the channel. */
  private int unsent;

  private boolean flushQueued;
  private boolean refused;
  private boolean streamingReply;
  private boolean paused;
  private boolean retired;
  private boolean faulty = true;
  private byte @Nullable [] busy;
  private String closeReason = "connection closed by the server";
  private final long openedNanos;
  private final String name;
  private boolean closedHere;
  private long serverClientId;
  private long readProgressNanos;
  private long writeProgressNanos;
  private long pendingAtTick;
  private long pausedSinceNanos;

  BackendConnection(Backend owner, BackendEnvironment environment, boolean dedicated) {
    this.owner = owner;
    this.environment = environment;
    this.own = environment.own();
    this.dedicated = dedicated;
    this.decoder = new ReplyDecoder(environment.respLimits());
    this.maxPipeline = environment.limits().maxPipeline();
    this.maxOutputBytes = environment.limits().maxOutputBytes();
    this.openedNanos = environment.clock().nowNanos();
    String prefix = environment.limits().clientName();
    GivenUp names = environment.givenUp();
    this.name = names == null ? prefix : names.nextName(prefix);
  }

  /** It will be used once, for a command that a busy server obeys. To be said before it opens. */
  void ofBusyServer() {
    handshake.ofBusyServer();
  }

  /** It will not be used: opening it tells whether a script keeps the server busy. */
  void asksWhetherBusy() {
    handshake.asksWhetherBusy();
  }

  void open() {
    environment
        .connector()
        .connect(
            owner.server(),
            socket,
            error -> {
              String text = error.getMessage();
              fail(text == null ? error.getClass().getSimpleName() : text);
            });
  }

  @Override
  public void onAttached() {
    if (phase == Phase.CONNECTING) {
      phase = Phase.HANDSHAKE;
      ByteBuf greeting = own == null ? Unpooled.EMPTY_BUFFER : own.greeting(owner.server());
      if (greeting == null) {
        close("what it has to begin with is not known any more");
        return;
      }
      socket.writeAhead(
          handshake.begin(
              owner.server(),
              environment.limits(),
              name,
              owner.database(),
              owner.protocol(),
              greeting));
    }
  }

  /** Whether a request may be added now. */
  public boolean accepts() {
    return phase != Phase.CLOSED
        && inFlight.size() < maxPipeline
        && socket.pendingBytes() < maxOutputBytes;
  }

  /**
   * Adds a request whose frame is in {@code from}; it leaves at the end of the loop iteration. The
   * caller ends the {@code CopyRun} before it releases {@code from}.
   */
  public void send(Request request, ByteBuf from, int offset, int length) {
    request.connection = this;
    if (inFlight.isEmpty()) {
      readProgressNanos = environment.clock().nowNanos();
    }
    inFlight.addLast(request);
    unsent++;
    owner.stats().requests++;
    append(from, offset, length);
  }

  /** More bytes of the request added last. */
  public void append(ByteBuf from, int offset, int length) {
    environment.copies().append(socket, from, offset, length);
    owner.stats().bytesOut += length;
    if (dedicated) {
      // An upload is progress; on a shared connection only replies are.
      readProgressNanos = environment.clock().nowNanos();
    }
    if (!flushQueued) {
      flushQueued = true;
      environment.flushes().backend(this);
    }
  }

  @Override
  public void flush() {
    flushQueued = false;
    if (phase != Phase.READY) {
      return;
    }
    if (!environment.clock().leased() && (unsent > 0 || dedicated)) {
      withdrawUnsent();
      return;
    }
    unsent = 0;
    socket.flush();
  }

  /** The lease has ended since these were added: they are not sent. */
  private void withdrawUnsent() {
    if (dedicated) {
      // Part of a large request may have left already; the rest must not.
      close("the proxy has lost its permission to serve");
      return;
    }
    socket.discardOutgoing();
    ArrayDeque<Request> withdrawn = new ArrayDeque<>(unsent);
    for (; unsent > 0; unsent--) {
      withdrawn.addFirst(requireNonNull(inFlight.pollLast()));
    }
    withdrawn.forEach(request -> request.abandon(RespErrors.CLUSTER_DOWN));
  }

  @Override
  public void onRead(ByteBuf in) {
    readProgressNanos = environment.clock().refresh();
    int before = in.readableBytes();
    try {
      readReplies(in);
    } finally {
      environment.copies().end();
      owner.stats().bytesIn += before - in.readableBytes();
    }
    if (refused && inFlight.size() <= maxPipeline / 2 && !socket.congested()) {
      refused = false;
      environment.onRoom().run();
    }
  }

  private void readReplies(ByteBuf in) {
    while (!paused && phase != Phase.CLOSED) {
      if (streamingReply) {
        if (!streamReply(in)) {
          break;
        }
        continue;
      }
      ReplyDecoder.Progress progress = decoder.decode(in);
      if (progress == ReplyDecoder.Progress.FRAME) {
        int length = decoder.frameLength();
        onFrame(in, in.readerIndex(), length);
        in.skipBytes(length);
      } else if (progress == ReplyDecoder.Progress.LARGE
          && phase == Phase.READY
          && decoder.type() != '>') {
        streamingReply = true;
      } else if (progress == ReplyDecoder.Progress.ERROR) {
        fail("the server broke the protocol");
      } else if (progress == ReplyDecoder.Progress.MORE) {
        break;
      }
    }
  }

  private void onFrame(ByteBuf in, int offset, int length) {
    decoder.reset();
    if (phase == Phase.HANDSHAKE) {
      if (handshake.onReply(in, offset, length)) {
        onHandshakeDone();
      }
      return;
    }
    if (own != null && in.getByte(offset) == '>') {
      own.onPush(in, offset, length);
      return;
    }
    Request request = inFlight.pollFirst();
    if (request == null) {
      fail("the server sent a reply that nothing waits for");
      return;
    }
    request.onReply(in, offset, length);
    if (request.blocksReplies(this)) {
      pause();
    }
  }

  /** Passes on what is there of a large reply; returns whether to go on. */
  private boolean streamReply(ByteBuf in) {
    Request request = inFlight.peekFirst();
    int length = decoder.streamable(in);
    if (request == null || length < 0) {
      fail("the server broke the protocol");
      return false;
    }
    boolean last = decoder.streamDone();
    if (last) {
      inFlight.pollFirst();
      streamingReply = false;
      decoder.reset();
    }
    if (length > 0) {
      request.onReplyChunk(in, in.readerIndex(), length, last);
      in.skipBytes(length);
    }
    if (request.blocksReplies(this)) {
      pause();
    }
    return last;
  }

  private void onHandshakeDone() {
    String error = handshake.error();
    if (error != null && error.startsWith("BUSY")) {
      // Nothing is wrong with it: its own words go to those who wait, and the next may try again.
      busy = RespErrors.reply(error);
      close(error);
      return;
    }
    if (error != null) {
      fail(error);
      return;
    }
    phase = Phase.READY;
    owner.onReady(this);
    if (own != null) {
      own.onReady(owner.server());
    }
    if (!flushQueued) {
      flushQueued = true;
      environment.flushes().backend(this);
    }
  }

  /** Stops delivering replies until {@link #resume}: a client does not take its own. */
  private void pause() {
    if (!paused) {
      paused = true;
      pausedSinceNanos = environment.clock().nowNanos();
      socket.pauseReading();
    }
  }

  /** Whether replies wait for a client to take its own. */
  public boolean isPaused() {
    return paused;
  }

  /** Goes on delivering replies. */
  public void resume() {
    if (paused) {
      paused = false;
      readProgressNanos = environment.clock().nowNanos();
      socket.resumeReading();
    }
  }

  @Override
  public void onWritable() {
    if (refused) {
      refused = false;
      environment.onRoom().run();
    }
  }

  @Override
  public void onInputClosed() {
    end(closeReason);
  }

  @Override
  public void onClosed() {
    toClosed();
    failAll();
  }

  /** Fails all requests and closes; says nothing about the server. */
  public void close(String reason) {
    faulty = false;
    fail(reason);
  }

  /** Fails all requests and closes, for a reason that lies with the server or the way to it. */
  private void fail(String reason) {
    closedHere |= phase != Phase.CLOSED;
    end(reason);
  }

  private void end(String reason) {
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
      owner.onClosed(this, closeReason, neverReady && faulty);
      if (own != null && !neverReady) {
        own.onLost(owner.server());
      }
    }
  }

  private void failAll() {
    int sent = inFlight.size() - unsent;
    boolean reported = false;
    unsent = 0;
    owner.stats().failures += inFlight.size();
    byte[] lost = BackendErrors.lost(owner.server(), closeReason);
    byte[] unavailable =
        busy == null ? BackendErrors.unavailable(owner.server(), closeReason) : busy;
    for (Request request = inFlight.pollFirst(); request != null; request = inFlight.pollFirst()) {
      if (sent > 0 && !reported && request.hasEffect()) {
        // Before the request is over for those who wait for it.
        reported = true;
        reportGivenUp();
      }
      request.abandon(sent > 0 ? lost : unavailable);
      sent--;
    }
    environment.onRoom().run();
  }

  /** What was sent may still be executed, unless it was the server that has closed. */
  private void reportGivenUp() {
    GivenUp listener = environment.givenUp();
    if (listener != null && closedHere) {
      listener.onGivenUp(owner.server(), name);
    }
  }

  /** Closes when nothing is in flight any more; gets no new requests meanwhile. */
  void retire() {
    retired = true;
    if (inFlight.isEmpty()) {
      close("not used any more");
    }
  }

  /** Whether newer requests go to another connection. */
  public boolean isRetired() {
    return retired;
  }

  /** Has the environment told when there is room again. */
  public void refuse() {
    refused = true;
  }

  /** Whether more bytes may be appended to the request added last. */
  public boolean hasOutputRoom() {
    return socket.pendingBytes() < maxOutputBytes;
  }

  long openedNanos() {
    return openedNanos;
  }

  boolean isReady() {
    return phase == Phase.READY;
  }

  public boolean isClosed() {
    return phase == Phase.CLOSED;
  }

  public int inFlight() {
    return inFlight.size();
  }

  public long pendingBytes() {
    return socket.pendingBytes();
  }

  public boolean congested() {
    return socket.congested();
  }

  public Backend owner() {
    return owner;
  }

  /** As its server counts clients; 0: not asked; -1: the server does not say. */
  public long serverClientId() {
    return serverClientId;
  }

  public void serverClientId(long id) {
    serverClientId = id;
  }

  /** What its server said if it came to nothing because that was busy with a script; else null. */
  byte @Nullable [] busyReply() {
    return busy;
  }

  /** Whether the reply to a script is what comes next. */
  boolean runsScript() {
    Request head = inFlight.peekFirst();
    return head != null && head.runsScript();
  }

  /** How long a script has been waited for at least, and everything behind it; 0 if none is. */
  long scriptNanos(long now) {
    Request head = inFlight.peekFirst();
    return head != null && head.runsScript() && !paused ? now - readProgressNanos : 0;
  }

  /** How long a client has kept this connection from being read; 0 if none does. */
  long pausedNanos(long now) {
    return paused ? now - pausedSinceNanos : 0;
  }

  /** Ends what lasts too long, and tests what is idle. */
  void tick(long now) {
    BackendLimits limits = environment.limits();
    if (retired && inFlight.isEmpty()) {
      close("not used any more");
    } else if (phase == Phase.CONNECTING || phase == Phase.HANDSHAKE) {
      if (now - openedNanos > limits.connectTimeoutNanos()) {
        fail("no connection within " + limits.connectTimeoutNanos() / 1_000_000 + " ms");
      }
    } else if (phase == Phase.READY) {
      checkProgress(now, limits);
    }
  }

  private void checkProgress(long now, BackendLimits limits) {
    long pending = socket.pendingBytes();
    if (pending == 0 || pending < pendingAtTick) {
      writeProgressNanos = now;
    } else if (pendingAtTick == 0) {
      writeProgressNanos = now;
    }
    pendingAtTick = pending;
    long silent = now - readProgressNanos;
    Request waiting = inFlight.peekFirst();
    if (limits.sendTimeoutNanos() > 0 && now - writeProgressNanos > limits.sendTimeoutNanos()) {
      fail("the server took nothing for " + limits.sendTimeoutNanos() / 1_000_000 + " ms");
    } else if (waiting == null) {
      if (limits.pingPeriodNanos() > 0 && silent > limits.pingPeriodNanos()) {
        send(new PingRequest(), Backend.PING, 0, Backend.PING.readableBytes());
        environment.copies().end();
      }
    } else if (!paused
        && limits.recvTimeoutNanos() > 0
        && silent - waiting.patienceNanos() > limits.recvTimeoutNanos()) {
      fail("no answer for " + limits.recvTimeoutNanos() / 1_000_000 + " ms");
    }
  }

  /** The request that is waited for longest, for tests and status pages. */
  @Nullable Request head() {
    return inFlight.peekFirst();
  }
}
