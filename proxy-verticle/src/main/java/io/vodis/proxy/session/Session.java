package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.BackendServer;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.Routing;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.slot.SlotHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection. Replies leave in the order of the requests: each request has its place in
 * {@link #order}, and only the first may write to the client.
 *
 * <p>A session is read as long as nothing {@linkplain Stop stops} it. The short way of a request
 * ends in {@link #handleFrame}: one key, a slot that is simply served, a connection with room. All
 * else is {@link RequestHandler}'s.
 */
public final class Session extends Origin implements RespSocket.Listener, FlushQueue.Flushable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Session.class);

  private final SessionEnvironment env;
  private final RespSocket socket = new RespSocket(this);
  private final RequestDecoder decoder;
  private final ArrayDeque<SessionRequest> order = new ArrayDeque<>();
  private final SessionClient client;
  private final int maxPipeline;
  private final Runnable resumption = this::resume;

  /** Connections that wait for this client to take replies. */
  private final List<BackendConnection> paused = new ArrayList<>(1);

  private int stops;
  private int database;
  private boolean authenticated;
  private boolean framePending;
  private boolean flushQueued;
  private boolean inputClosed;
  private boolean reading;
  private boolean gone;
  private @Nullable LargeRequest large;
  private long heldBytes;
  private long lastReadNanos;
  private long outputProgressNanos;
  private long outputAtTick;

  public Session(SessionEnvironment env) {
    super(env.dispatcher());
    this.env = env;
    this.decoder = new RequestDecoder(env.limits().resp());
    this.maxPipeline = env.limits().maxPipeline();
    this.client = new SessionClient(env.sessions().nextId());
    this.lastReadNanos = env.clock().refresh();
    authenticated(env.limits().password().isEmpty());
    env.sessions().add(this);
    env.stats().sessionsTotal++;
  }

  /** The connection, to be attached once. */
  public RespSocket socket() {
    return socket;
  }

  @Override
  public void onRead(ByteBuf in) {
    lastReadNanos = env.clock().refresh();
    int before = in.readableBytes();
    reading = true;
    try {
      readRequests(in);
    } finally {
      reading = false;
      env.copies().end();
      env.stats().bytesIn += before - in.readableBytes();
    }
    closeIfDone(in.isReadable());
  }

  private void readRequests(ByteBuf in) {
    while (stops == 0) {
      if (large != null) {
        if (!large.advance(in, decoder)) {
          return;
        }
        continue;
      }
      RequestDecoder.Progress progress =
          framePending ? RequestDecoder.Progress.FRAME : decoder.decode(in);
      if (progress == RequestDecoder.Progress.FRAME) {
        int length = decoder.frameLength();
        framePending = !handleFrame(in, length);
        if (framePending) {
          return;
        }
        in.skipBytes(length);
        decoder.reset();
      } else if (!readUnusual(progress, in)) {
        return;
      }
    }
  }

  /** The short way, or the long one; returns false if the request has to be handled again. */
  private boolean handleFrame(ByteBuf in, int length) {
    CommandSpec spec = env.commands().resolve(in, decoder);
    if (spec != null
        && spec.routing() == Routing.ONE_KEY
        && authenticated
        && spec.acceptsArgCount(decoder.argCount())
        && env.locator().locate(spec, in, decoder) == 1
        && env.clock().leased()) {
      int key = env.locator().keyArg(0);
      int base = in.readerIndex();
      int slot = SlotHash.slotOf(in, base + decoder.argOffset(key), decoder.argLength(key));
      BackendServer server = env.dispatcher().serving(slot);
      if (server != null) {
        BackendConnection connection = server.database(database).connection();
        if (connection != null) {
          SessionRequest request = enqueue(spec);
          request.beginOn(slot);
          connection.send(request, in, base, length);
          return true;
        }
      }
    }
    return env.handler().handle(this, spec, in, length);
  }

  /** Gives a request its place in the order of replies. */
  SessionRequest enqueue(CommandSpec spec) {
    SessionRequest request = newRequest(spec);
    enqueue(request);
    return request;
  }

  SessionRequest newRequest(CommandSpec spec) {
    return new SessionRequest(this, spec, env.clock().nowNanos());
  }

  /** A request for several slots of one server. */
  SessionRequest newRequest(CommandSpec spec, int[] slots) {
    return new MultiSlotRequest(this, spec, env.clock().nowNanos(), slots);
  }

  /** Takes back the request added last, which could not be sent. */
  void withdraw(SessionRequest request) {
    if (order.peekLast() == request) {
      order.pollLast();
      unstopPipeline();
    }
  }

  void enqueue(SessionRequest request) {
    order.addLast(request);
    if (order.size() >= maxPipeline) {
      env.stats().pipelineStops++;
      stop(Stop.PIPELINE);
    }
  }

  private boolean readUnusual(RequestDecoder.Progress progress, ByteBuf in) {
    switch (progress) {
      case MORE -> {
        if (in.readableBytes() > env.limits().maxRequestBytes()) {
          refuse("request larger than session_max_request_size", in);
        }
        return false;
      }
      case EMPTY -> {
        in.skipBytes(decoder.frameLength());
        decoder.reset();
      }
      case INLINE -> {
        return handleInline(in);
      }
      case LARGE -> large = LargeRequest.of(this, env, decoder, in);
      case ERROR -> {
        env.stats().protocolErrors++;
        refuse(decoder.error(), in);
        return false;
      }
      case FRAME -> throw new IllegalStateException("a frame is not unusual");
    }
    return true;
  }

  /** An inline request is turned into the usual form and read as such. */
  private boolean handleInline(ByteBuf in) {
    ByteBuf frame = InlineFrame.of(decoder.inlineArgs());
    int length = decoder.frameLength();
    decoder.reset();
    try {
      decoder.decode(frame);
      boolean done = handleFrame(frame, frame.readableBytes());
      env.copies().end();
      decoder.reset();
      if (done) {
        in.skipBytes(length);
      }
      return done;
    } finally {
      frame.release();
    }
  }

  /** Answers with an error that ends the session. */
  private void refuse(String error, ByteBuf in) {
    LOGGER.debug("session {} from {}: {}", client.id(), socket.remoteAddress(), error);
    env.stats().sessionsClosedByLimit++;
    in.skipBytes(in.readableBytes());
    write(RespErrors.protocol(error));
    closeWhenAnswered();
  }

  /** A reply of the proxy's own, in its place. */
  void reply(CommandSpec spec, byte[] reply) {
    env.stats().answered(spec.id(), 0, reply[0] == '-');
    write(reply);
  }

  /** The reply to a command nobody knows. */
  void replyUnknown(byte[] reply) {
    write(reply);
  }

  private void write(byte[] reply) {
    if (order.isEmpty()) {
      env.copies().end();
      socket.outgoing().writeBytes(reply);
      touch();
    } else {
      order.addLast(
          SessionRequest.answered(
              this,
              env.commands().byId(0),
              RespSocket.ALLOCATOR.directBuffer(reply.length).writeBytes(reply)));
    }
  }

  /** A reply of the proxy's own, which is released here. */
  void reply(CommandSpec spec, ByteBuf reply) {
    env.stats().answered(spec.id(), 0, reply.getByte(reply.readerIndex()) == '-');
    if (order.isEmpty()) {
      env.copies().end();
      socket.outgoing().writeBytes(reply);
      reply.release();
      touch();
    } else {
      order.addLast(SessionRequest.answered(this, spec, reply));
    }
  }

  /** The reply to a request of this session. */
  void onAnswer(SessionRequest request, ByteBuf in, int offset, int length) {
    env.stats()
        .answered(
            request.spec().id(),
            env.clock().nowNanos() - request.startNanos(),
            in.getByte(offset) == '-');
    if (gone) {
      return;
    }
    if (order.peekFirst() == request) {
      order.pollFirst();
      env.copies().append(socket, in, offset, length);
      touch();
      onHeadAnswered();
    } else {
      request.hold(in, offset, length, true);
      held(length);
    }
  }

  /** A piece of the reply to a request of this session. */
  void onChunk(SessionRequest request, ByteBuf in, int offset, int length, boolean last) {
    if (last) {
      env.stats()
          .answered(request.spec().id(), env.clock().nowNanos() - request.startNanos(), false);
    }
    if (gone) {
      return;
    }
    if (order.peekFirst() == request) {
      env.copies().append(socket, in, offset, length);
      touch();
      request.markPartlySent();
      if (last) {
        order.pollFirst();
        onHeadAnswered();
      }
    } else {
      request.hold(in, offset, length, last);
      held(length);
    }
  }

  /** A request of this session will get no reply but this error. */
  void onError(SessionRequest request, byte[] error) {
    env.stats().answered(request.spec().id(), env.clock().nowNanos() - request.startNanos(), true);
    if (gone) {
      return;
    }
    if (request.isPartlySent()) {
      // Half a reply cannot be taken back.
      socket.close();
      return;
    }
    ByteBuf partial = request.takeHeld();
    if (partial != null) {
      heldBytes -= partial.readableBytes();
      partial.release();
    }
    request.hold(RespSocket.ALLOCATOR.directBuffer(error.length).writeBytes(error));
    held(error.length);
    if (order.peekFirst() == request) {
      onHeadAnswered();
    }
    if (env.limits().breakOnFailure()) {
      closeWhenAnswered();
    }
  }

  /** A reply of the proxy's own to a request that already has its place; released here. */
  void onLocalAnswer(SessionRequest request, ByteBuf reply) {
    env.stats()
        .answered(
            request.spec().id(),
            env.clock().nowNanos() - request.startNanos(),
            reply.getByte(reply.readerIndex()) == '-');
    if (gone) {
      reply.release();
      return;
    }
    request.hold(reply);
    held(reply.readableBytes());
    if (order.peekFirst() == request) {
      onHeadAnswered();
    }
  }

  /** The first request has been answered: so may be those behind it. */
  private void onHeadAnswered() {
    for (SessionRequest head = order.peekFirst(); head != null; head = order.peekFirst()) {
      ByteBuf kept = head.takeHeld();
      if (kept == null) {
        break;
      }
      heldBytes -= kept.readableBytes();
      env.copies().end();
      socket.outgoing().writeBytes(kept);
      kept.release();
      touch();
      if (!head.isAnswered()) {
        head.markPartlySent();
        break;
      }
      order.pollFirst();
    }
    unstopPipeline();
    if (order.isEmpty()) {
      onAllAnswered();
    }
  }

  private void unstopPipeline() {
    if ((stops & Stop.PIPELINE) != 0 && order.size() <= maxPipeline / 2) {
      unstop(Stop.PIPELINE);
    }
  }

  private void onAllAnswered() {
    if ((stops & Stop.EARLIER_REPLIES) != 0) {
      unstop(Stop.EARLIER_REPLIES);
    }
    if ((stops & Stop.CLOSING) != 0) {
      env.copies().end();
      socket.flushAndClose();
    } else if (inputClosed) {
      env.flushes().resume(resumption);
    }
  }

  private void held(long bytes) {
    heldBytes += bytes;
    if (heldBytes > env.limits().maxOutputBytes()) {
      LOGGER.info(
          "session {} from {} is closed: too many reply bytes wait for an earlier reply",
          client.id(),
          socket.remoteAddress());
      env.stats().sessionsClosedByLimit++;
      socket.close();
    }
  }

  /** Whether the client takes too little; if so, {@code from} is resumed when it has. */
  boolean blocksReplies(BackendConnection from) {
    if ((stops & Stop.OUTPUT) == 0 || gone) {
      return false;
    }
    paused.add(from);
    return true;
  }

  private void touch() {
    if (!flushQueued) {
      flushQueued = true;
      env.flushes().session(this);
    }
  }

  @Override
  public void flush() {
    flushQueued = false;
    env.stats().bytesOut += socket.appendedBytes();
    socket.flush();
    if (socket.congested()
        && (stops & Stop.OUTPUT) == 0
        && socket.pendingBytes() > env.limits().maxOutputBytes()) {
      env.stats().outputStops++;
      stop(Stop.OUTPUT);
    }
  }

  @Override
  public void onWritable() {
    if ((stops & Stop.OUTPUT) != 0) {
      unstop(Stop.OUTPUT);
      resumePaused();
    }
  }

  private void resumePaused() {
    List<BackendConnection> waiting = List.copyOf(paused);
    paused.clear();
    waiting.forEach(connection -> env.flushes().resume(connection::resume));
  }

  void stop(int reason) {
    if (stops == 0) {
      socket.pauseReading();
    }
    stops |= reason;
  }

  void unstop(int reason) {
    stops &= ~reason;
    if (stops == 0) {
      // Not from here: this may be in the middle of another connection's read.
      env.flushes().resume(resumption);
    }
  }

  /** There was no room for a request: it is handled again when there may be. */
  void stall() {
    stop(Stop.ROOM);
    env.dispatcher().stall(() -> unstop(Stop.ROOM));
  }

  private void resume() {
    if (gone) {
      return;
    }
    if (stops == 0 && !reading) {
      socket.resumeReading();
    }
    closeIfDone(socket.hasUnread());
  }

  /** The client has said all it wanted, and has all its replies. */
  private void closeIfDone(boolean moreToRead) {
    if (inputClosed && order.isEmpty() && stops == 0 && large == null && !gone) {
      // What is left is the beginning of a request whose end will not come.
      socket.flushAndClose();
    } else if (inputClosed && large != null && !moreToRead && stops == 0) {
      socket.close();
    }
  }

  /** Reads nothing more, and closes once everything is answered. */
  void closeWhenAnswered() {
    stop(Stop.CLOSING);
    if (order.isEmpty() && !gone) {
      env.copies().end();
      socket.flushAndClose();
    }
  }

  /** The proxy is stopping: answers what it has, and closes. */
  public void drain() {
    closeWhenAnswered();
  }

  @Override
  public void onInputClosed() {
    inputClosed = true;
    env.flushes().resume(resumption);
  }

  @Override
  public void onClosed() {
    gone = true;
    env.sessions().remove(this);
    if (large != null) {
      large.onClientGone();
    }
    for (SessionRequest request : order) {
      ByteBuf kept = request.takeHeld();
      if (kept != null) {
        kept.release();
      }
    }
    order.clear();
    resumePaused();
  }

  /** Periodic care: ends a session that is idle, or whose client takes nothing, for too long. */
  public void tick(long now) {
    long pending = socket.pendingBytes();
    if (pending == 0 || pending < outputAtTick || outputAtTick == 0) {
      outputProgressNanos = now;
    }
    outputAtTick = pending;
    SessionLimits limits = env.limits();
    String reason = null;
    if (limits.sendTimeoutNanos() > 0 && now - outputProgressNanos > limits.sendTimeoutNanos()) {
      reason = "it took nothing for session_send_timeout";
    } else if (limits.recvTimeoutNanos() > 0
        && order.isEmpty()
        && now - lastReadNanos > limits.recvTimeoutNanos()) {
      reason = "it was idle for session_recv_timeout";
    }
    if (reason != null) {
      LOGGER.info("session {} from {} is closed: {}", client.id(), socket.remoteAddress(), reason);
      env.stats().sessionsClosedByLimit++;
      socket.close();
    }
  }

  void endLarge() {
    large = null;
  }

  @Override
  protected boolean isGone() {
    return gone;
  }

  @Override
  protected boolean awaitsRetired(Backend backend) {
    for (SessionRequest request : order) {
      BackendConnection connection = request.connection();
      if (connection != null && connection.isRetired() && connection.owner() == backend) {
        return true;
      }
    }
    return false;
  }

  boolean hasUnanswered() {
    return !order.isEmpty();
  }

  /** Requests that are not answered. */
  public int unanswered() {
    return order.size();
  }

  RequestDecoder decoder() {
    return decoder;
  }

  int database() {
    return database;
  }

  void database(int selected) {
    database = selected;
  }

  boolean authenticated() {
    return authenticated;
  }

  final void authenticated(boolean now) {
    authenticated = now;
    decoder.authenticated(now);
  }

  SessionClient client() {
    return client;
  }

  long idleSeconds() {
    return (env.clock().nowNanos() - lastReadNanos) / 1_000_000_000;
  }
}
