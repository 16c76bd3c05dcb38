package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.BackendServer;
import io.vodis.proxy.backend.Lane;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.Routing;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.Protocol;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.slot.SlotHash;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection. Replies leave in the order of the requests: each request has its place in
 * {@link ReplyQueue}, and only the first may write to the client.
 *
 * <p>A session is read as long as nothing {@linkplain Stop stops} it. The short way of a request
 * ends in {@link #handleFrame}: one key, a slot that is simply served, a connection with room. All
 * else is {@link RequestHandler}'s.
 */
public final class Session extends Origin implements RespSocket.Listener, FlushQueue.Flushable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Session.class);

  /** Read while it waits, to notice its end, and kept for later. */
  private static final int UNREAD_WHILE_BLOCKED_MAX = 64 << 10;

  private final SessionEnvironment env;
  private final RespSocket socket = new RespSocket(this);
  private final RequestDecoder decoder;
  private final SessionClient client;
  private final ReplyQueue replies;
  private final Runnable resumption = this::resume;

  /** Connections that wait for this client to take replies. */
  private final List<BackendConnection> paused = new ArrayList<>(1);

  private int stops;

  /** Of its database and protocol; see {@link Lane}. */
  private int lane;

  private boolean authenticated;

  /** Ordinary, and not looked at one by one: whether requests may take the short way. */
  private boolean shortWay;

  private List<SessionState> states = List.of();
  private @Nullable CommandSpec lastCommand;
  private boolean framePending;
  private boolean flushQueued;
  private boolean inputClosed;
  private boolean draining;
  private boolean reading;
  private boolean gone;
  private @Nullable Detour detour;
  private long lastReadNanos;
  private long outputProgressNanos;
  private long outputAtTick;
  private final OutputBudget.Part output;

  public Session(SessionEnvironment env) {
    super(env.dispatcher());
    this.env = env;
    this.output = env.sessions().output().newPart();
    this.decoder = new RequestDecoder(env.limits().resp());
    this.replies = new ReplyQueue(this, env, socket);
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
    if ((stops & Stop.BLOCKED) != 0 && in.readableBytes() > UNREAD_WHILE_BLOCKED_MAX) {
      socket.pauseReading();
    }
    closeIfDone(in.isReadable());
  }

  /** A client that waits for something and has gone gets nothing. */
  public void closeIfInputClosed() {
    if (inputClosed && (stops & Stop.BLOCKED) != 0) {
      socket.close();
    }
  }

  private void readRequests(ByteBuf in) {
    while (stops == 0) {
      if (detour != null) {
        if (!detour.advance(in, decoder)) {
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
    if (lastCommand != spec) { // Storing a reference costs more than comparing it.
      lastCommand = spec;
    }
    if (spec != null
        && spec.routing() == Routing.ONE_KEY
        && shortWay
        && spec.acceptsArgCount(decoder.argCount())
        && env.locator().locate(spec, in, decoder) == 1
        && env.clock().leased()) {
      int key = env.locator().keyArg(0);
      int base = in.readerIndex();
      int slot = SlotHash.slotOf(in, base + decoder.argOffset(key), decoder.argLength(key));
      BackendServer server = env.dispatcher().serving(slot);
      if (server != null) {
        BackendConnection connection = server.lane(lane).connection();
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
  public SessionRequest enqueue(CommandSpec spec) {
    SessionRequest request = newRequest(spec);
    enqueue(request);
    return request;
  }

  public SessionRequest newRequest(CommandSpec spec) {
    return new SessionRequest(this, spec, env.clock().nowNanos());
  }

  /** A request for several slots of one server. */
  public SessionRequest newRequest(CommandSpec spec, int[] slots) {
    return new MultiSlotRequest(this, spec, env.clock().nowNanos(), slots);
  }

  /** Takes back the request added last, which could not be sent. */
  public void withdraw(SessionRequest request) {
    replies.withdraw(request);
  }

  public void enqueue(SessionRequest request) {
    replies.add(request);
  }

  private boolean readUnusual(RequestDecoder.Progress progress, ByteBuf in) {
    switch (progress) {
      case MORE -> {
        if (in.readableBytes() > env.limits().maxRequestBytes()) {
          refuse("request larger than session_max_request_size", in);
        }
        replies.onGrowing(in.readableBytes());
        return false;
      }
      case EMPTY -> {
        in.skipBytes(decoder.frameLength());
        decoder.reset();
      }
      case INLINE -> {
        return handleInline(in);
      }
      case LARGE -> detour = LargeRequest.of(this, env, decoder, in);
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
    replies.write(env.commands().table().byId(0), RespErrors.protocol(error));
    closeWhenAnswered();
  }

  /** A reply of the proxy's own, in its place. */
  public void reply(CommandSpec spec, byte[] reply) {
    replies.answerHere(spec, reply);
  }

  /** An error before the command has been looked at; {@code spec} is null if nobody knows it. */
  public void reject(@Nullable CommandSpec spec, byte[] error) {
    env.stats().rejectedHere(spec, error);
    replies.write(spec == null ? env.commands().table().byId(0) : spec, error);
  }

  /** A reply of the proxy's own, which is released here. */
  public void reply(CommandSpec spec, ByteBuf reply) {
    replies.answerHere(spec, reply);
  }

  /** The reply to a request that already has its place; released here. */
  public void onLocalAnswer(SessionRequest request, ByteBuf reply) {
    replies.onLocalAnswer(request, reply);
  }

  /**
   * Passes on a message that answers no request; between two replies, never inside one. The bytes
   * are valid during the call only.
   */
  public void push(ByteBuf in, int offset, int length) {
    replies.push(in, offset, length);
  }

  /** Bytes the client has yet to take, its messages that wait for the end of a reply included. */
  public long untakenBytes() {
    return socket.pendingBytes() + replies.heldPushBytes();
  }

  /** A request that has its place will get no reply but this error. */
  public void onError(SessionRequest request, byte[] error) {
    replies.onError(request, error);
  }

  /** Reads nothing more until everything is answered. */
  public void stopUntilAnswered() {
    stop(Stop.EARLIER_REPLIES);
  }

  /** Copies what is left to copy, before a buffer that replies came from is released. */
  public void endCopies() {
    env.copies().end();
  }

  /** Has a connection go on with its replies; not from here, it may be read already. */
  public void resumeLater(BackendConnection connection) {
    env.flushes().resume(connection::resume);
  }

  /** The requests that are not answered, in order. */
  public ReplyQueue replies() {
    return replies;
  }

  /**
   * Says whether earlier requests are unanswered; if so, the session is stopped until they are. For
   * requests that go another way than those before them, which they must not overtake.
   */
  public boolean awaitsEarlierReplies() {
    if (replies.isEmpty()) {
      return false;
    }
    stop(Stop.EARLIER_REPLIES);
    return true;
  }

  /** Nothing is unanswered any more. */
  void onAllAnswered() {
    if ((stops & Stop.EARLIER_REPLIES) != 0) {
      unstop(Stop.EARLIER_REPLIES);
    }
    if ((stops & Stop.CLOSING) != 0 && !isReplaying()) {
      env.copies().end();
      socket.flushAndClose();
    } else if (inputClosed) {
      env.flushes().resume(resumption);
    }
  }

  /** Ends the session at once: a bound has been passed. */
  public void closeOverLimit(String reason) {
    LOGGER.info("session {} from {} is closed: {}", client.id(), socket.remoteAddress(), reason);
    env.stats().sessionsClosedByLimit++;
    socket.close();
  }

  /** Whether the client takes too little; if so, {@code from} is resumed when it has. */
  public boolean blocksReplies(BackendConnection from) {
    if ((stops & Stop.OUTPUT) == 0 || gone) {
      return false;
    }
    paused.add(from);
    return true;
  }

  /** Has what was appended flushed at the end of the iteration. */
  void touch() {
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
    if (socket.congested() && (stops & Stop.OUTPUT) == 0) {
      output.onCongested(this, socket.pendingBytes(), env);
    }
  }

  @Override
  public void onWritable() {
    output.set(0);
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

  public void stop(int reason) {
    if (stops == 0 && reason != Stop.BLOCKED) {
      socket.pauseReading();
    }
    stops |= reason;
  }

  boolean isStopped(int reason) {
    return (stops & reason) != 0;
  }

  /** Whether it is stopped for any other reason. */
  boolean isStoppedBut(int reason) {
    return (stops & ~reason) != 0;
  }

  public void unstop(int reason) {
    stops &= ~reason;
    if (stops == 0) {
      // Not from here: this may be in the middle of another connection's read.
      env.flushes().resume(resumption);
    }
  }

  /** There was no room for a request: it is handled again when there may be. */
  public void stall() {
    stop(Stop.ROOM);
    env.dispatcher().stall(() -> unstop(Stop.ROOM));
  }

  private void resume() {
    if (gone) {
      return;
    }
    if (isReplaying() && (stops & ~Stop.CLOSING) == 0 && !reading) {
      replay();
    }
    if (stops == 0 && !reading) {
      socket.resumeReading();
    }
    closeIfDone(socket.hasUnread());
  }

  /** What is left of a transaction is handled also while the session closes. */
  private void replay() {
    reading = true;
    try {
      if (detour != null) {
        detour.advance(Unpooled.EMPTY_BUFFER, decoder);
      }
    } finally {
      reading = false;
      env.copies().end();
    }
  }

  /** The client has said all it wanted, and has all its replies. */
  private void closeIfDone(boolean moreToRead) {
    if (inputClosed && replies.isEmpty() && stops == 0 && detour == null && !gone) {
      // What is left is the beginning of a request whose end will not come.
      socket.flushAndClose();
    } else if (inputClosed && detour instanceof LargeRequest && !moreToRead && stops == 0) {
      socket.close();
    }
  }

  /** Reads nothing more, and closes once everything is answered. */
  public void closeWhenAnswered() {
    stop(Stop.CLOSING);
    if (replies.isEmpty() && !gone && !isReplaying()) {
      env.copies().end();
      socket.flushAndClose();
    }
  }

  /** The proxy is stopping: answers what it has and closes, after its states have ended. */
  public void drain() {
    draining = true;
    states.forEach(SessionState::onDrain);
    if (states.stream().noneMatch(SessionState::delaysDrain)) {
      closeWhenAnswered();
    }
  }

  @Override
  public void onInputClosed() {
    inputClosed = true;
    closeIfInputClosed();
    env.flushes().resume(resumption);
  }

  @Override
  public void onClosed() {
    gone = true;
    output.set(0);
    env.sessions().remove(this);
    if (detour != null) {
      detour.onClientGone();
    }
    replies.discard();
    endStates();
    resumePaused();
  }

  /** Periodic care: ends a session that is idle, or whose client takes nothing, for too long. */
  public void tick(long now) {
    replies.tick(now);
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
        && replies.isEmpty()
        && states.stream().noneMatch(SessionState::listens)
        && now - lastReadNanos > limits.recvTimeoutNanos()) {
      reason = "it was idle for session_recv_timeout";
    }
    if (reason != null) {
      closeOverLimit(reason);
    }
  }

  /** Has {@code first} handled before anything more is read. */
  public void begin(Detour first) {
    detour = first;
  }

  void endDetour() {
    detour = null;
    if ((stops & Stop.CLOSING) != 0 && replies.isEmpty() && !gone) {
      env.copies().end();
      socket.flushAndClose();
    }
  }

  /** Whether what it handles has been asked for in a transaction that is carried out now. */
  boolean isReplaying() {
    return detour instanceof Replay;
  }

  @Override
  protected boolean isGone() {
    return gone;
  }

  @Override
  protected boolean awaitsRetired(Backend backend) {
    return replies.awaitsRetired(backend);
  }

  boolean hasUnanswered() {
    return !replies.isEmpty();
  }

  /** Requests that are not answered. */
  public int unanswered() {
    return replies.size();
  }

  public SessionEnvironment environment() {
    return env;
  }

  public RequestDecoder decoder() {
    return decoder;
  }

  public int database() {
    return Lane.database(lane);
  }

  public void database(int selected) {
    lane = Lane.of(selected, protocol());
  }

  /** The protocol its replies are in. */
  public Protocol protocol() {
    return Lane.protocol(lane);
  }

  /** From the next reply on; only while nothing is unanswered, so that no request overtakes. */
  public void protocol(Protocol chosen) {
    lane = Lane.of(database(), chosen);
  }

  /** Which connections of a server its requests use. */
  public int lane() {
    return lane;
  }

  public boolean authenticated() {
    return authenticated;
  }

  public final void authenticated(boolean now) {
    authenticated = now;
    decoder.authenticated(now);
    updateShortWay();
  }

  final void updateShortWay() {
    shortWay = isOrdinary() && !replies.isWatched();
  }

  /** Whether its requests may be sent without asking anybody. */
  boolean isOrdinary() {
    return authenticated && states.isEmpty() && env.gate().isOpen();
  }

  /** The states it is in, those that began first in front. */
  public List<SessionState> states() {
    return states;
  }

  /** The state of that kind, if it is in one. */
  public <T extends SessionState> @Nullable T state(Class<T> kind) {
    for (SessionState state : states) {
      if (kind.isInstance(state)) {
        return kind.cast(state);
      }
    }
    return null;
  }

  /** A state begins. */
  public void begin(SessionState state) {
    List<SessionState> more = new ArrayList<>(states);
    more.add(state);
    states = List.copyOf(more);
    updateShortWay();
  }

  /** A state is over; it is not told. */
  public void end(SessionState state) {
    states = states.stream().filter(other -> other != state).toList();
    updateShortWay();
    if (draining && !gone) {
      env.flushes().resume(this::drain);
    }
  }

  /** Ends all states, and tells them. */
  public void endStates() {
    List<SessionState> ended = states;
    states = List.of();
    updateShortWay();
    ended.forEach(SessionState::onEnd);
  }

  public SessionClient client() {
    return client;
  }

  @Nullable CommandSpec lastCommand() {
    return lastCommand;
  }

  public long idleSeconds() {
    return (env.clock().nowNanos() - lastReadNanos) / 1_000_000_000;
  }
}
