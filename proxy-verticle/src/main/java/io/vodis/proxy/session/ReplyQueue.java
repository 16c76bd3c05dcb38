package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.loop.RequestQueue;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.stats.CommandLog;
import io.vodis.proxy.stats.CommandLogSettings;
import io.vodis.proxy.stats.CommandLogs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered requests of a session, in the order of their arrival. Only the first may write to
 * the client; what comes for the others is held until it is their turn.
 */
public final class ReplyQueue {

  private final Session session;
  private final SessionEnvironment env;
  private final RespSocket socket;
  private final RequestQueue<SessionRequest> order = new RequestQueue<>();
  private final int maxPipeline;
  private long heldBytes;

  /** Where the next small reply is held; null while nothing is. */
  private @Nullable HeldReplies shared;

  /** Messages that came in the middle of a reply; they follow it. */
  private @Nullable ByteBuf heldPushes;

  private List<byte[]> argsInHand = List.of();

  /** How much of the first request's reply has been passed on before it was whole. */
  private long passedOnBytes;

  /** Its requests are looked at one by one until then. */
  private boolean watched;

  private long watchedUntilNanos;
  private boolean gone;
  private boolean silent;

  /** Gone or silent: one question on the way of every reply. */
  private boolean deaf;

  ReplyQueue(Session session, SessionEnvironment env, RespSocket socket) {
    this.session = session;
    this.env = env;
    this.socket = socket;
    this.maxPipeline = env.limits().maxPipeline();
  }

  /** Gives a request its place. */
  void add(SessionRequest request) {
    order.addLast(request);
    if (order.size() >= maxPipeline) {
      env.stats().pipelineStops++;
      session.stop(Stop.PIPELINE);
    }
  }

  /** Takes back the request added last, which could not be sent. */
  void withdraw(SessionRequest request) {
    if (order.peekLast() == request) {
      order.pollLast();
      unstopPipeline();
    }
  }

  boolean isEmpty() {
    return order.isEmpty();
  }

  int size() {
    return order.size();
  }

  /** Whether the client wants no replies; changed only while nothing is unanswered. */
  public void silence(boolean now) {
    silent = now;
    deaf = gone || silent;
  }

  private void count(SessionRequest request, boolean error, long bytes) {
    long took = env.clock().nowNanos() - request.startNanos();
    env.stats().answered(request.spec().id(), took, error);
    if (took >= env.stats().lookFromNanos) {
      lookAt(request.spec(), request.args(), took, bytes);
    }
  }

  /** As above, of a reply that is too long to have come in one read. */
  private void countLong(SessionRequest request, boolean error, long bytes) {
    long took = env.clock().nowNanos() - request.startNanos();
    env.stats().answered(request.spec().id(), took, error);
    lookAt(request.spec(), request.args(), took, bytes);
  }

  /** An answer that came late or is long gets its entries in COMMANDLOG. */
  private void lookAt(CommandSpec spec, List<byte[]> args, long took, long bytes) {
    CommandLogs logs = env.commandLogs();
    long closeLook = env.settings().server().commandLog().closeLookNanos();
    if (logs.isSlow(spec, took)) {
      boolean noted = note(CommandLog.Kind.SLOW, spec, args, spec.mayBlock() ? 0 : took / 1000);
      if (noted && closeLook > 0) {
        env.gate().lookCloselyUntil(env.clock().nowNanos() + closeLook);
      }
    }
    if (logs.isLargeReply(bytes)) {
      // Large replies may be the daily work of one client: others need not pay for a closer look.
      boolean noted = note(CommandLog.Kind.LARGE_REPLY, spec, args, bytes);
      if (noted && closeLook > 0) {
        watchUntil(env.clock().nowNanos() + closeLook);
      }
    }
  }

  private boolean note(CommandLog.Kind kind, CommandSpec spec, List<byte[]> args, long value) {
    return env.commandLogs()
        .note(kind, spec, args, value, socket.remoteAddress(), session.client().name());
  }

  /** A request has come as a whole; it gets its entry in COMMANDLOG if it is large. */
  public void onWhole(CommandSpec spec, List<byte[]> args, long bytes) {
    if (env.commandLogs().isLargeRequest(bytes)) {
      note(CommandLog.Kind.LARGE_REQUEST, spec, args, bytes);
    }
  }

  /** More of a request is there, which is to be looked at if it may become large. */
  void onGrowing(int bytes) {
    if (bytes >= env.commandLogs().watchFromBytes()) {
      watchUntil(env.clock().nowNanos());
    }
  }

  private void watchUntil(long endNanos) {
    watchedUntilNanos = watched && watchedUntilNanos - endNanos > 0 ? watchedUntilNanos : endNanos;
    if (!watched) {
      watched = true;
      session.updateShortWay();
    }
  }

  /** Whether its requests are looked at one by one, and their arguments kept. */
  public boolean isWatched() {
    return watched;
  }

  /** Periodic care: nobody is watched for longer than needed, which is until a request is whole. */
  void tick(long now) {
    if (watched && now - watchedUntilNanos >= 0 && !socket.hasUnread()) {
      watched = false;
      session.updateShortWay();
    }
  }

  /** The arguments of the request that is being handled, if they are to be kept; else none. */
  public void argsInHand(List<byte[]> args) {
    argsInHand = args;
  }

  /** The request added last; null if all are answered. */
  public @Nullable SessionRequest newest() {
    return order.peekLast();
  }

  /** A reply of the proxy's own, at once: slow only if all are. */
  void answerHere(CommandSpec spec, byte[] reply) {
    env.stats().answeredHere(spec, reply);
    lookAtOwn(spec, reply.length);
    write(spec, reply);
  }

  /** The same; {@code reply} is released here. */
  void answerHere(CommandSpec spec, ByteBuf reply) {
    env.stats().answeredHere(spec, reply);
    lookAtOwn(spec, reply.readableBytes());
    write(spec, reply);
  }

  private void lookAtOwn(CommandSpec spec, int bytes) {
    if (env.stats().lookFromNanos <= 0 || bytes >= CommandLogSettings.ONE_READ_BYTES_MAX) {
      lookAt(spec, argsInHand, 0, bytes);
    }
  }

  /** A request is over that is not to be answered. */
  private void answerDeaf(SessionRequest request) {
    if (gone || request.isAnswered()) {
      return;
    }
    request.hold(Unpooled.EMPTY_BUFFER);
    if (order.peekFirst() == request) {
      onHeadAnswered();
    }
  }

  /** A reply of the proxy's own to a request that has no place yet. */
  void write(CommandSpec spec, byte[] reply) {
    if (silent) {
      return;
    }
    if (order.isEmpty()) {
      env.copies().end();
      socket.outgoing().writeBytes(reply);
      session.touch();
    } else {
      order.addLast(
          SessionRequest.answered(
              session, spec, RespSocket.ALLOCATOR.directBuffer(reply.length).writeBytes(reply)));
    }
  }

  /** The same; {@code reply} is released here. */
  void write(CommandSpec spec, ByteBuf reply) {
    if (silent) {
      reply.release();
      return;
    }
    if (order.isEmpty()) {
      env.copies().end();
      socket.outgoing().writeBytes(reply);
      reply.release();
      session.touch();
    } else {
      order.addLast(SessionRequest.answered(session, spec, reply));
    }
  }

  /** The reply to a request. */
  void onAnswer(SessionRequest request, ByteBuf in, int offset, int length) {
    boolean error = in.getByte(offset) == '-';
    count(request, error, length);
    if (error) {
      env.stats().errorReplies().count(in, offset);
    }
    if (deaf) {
      answerDeaf(request);
      return;
    }
    if (order.peekFirst() == request) {
      order.pollFirst();
      env.copies().append(socket, in, offset, length);
      session.touch();
      onHeadAnswered();
    } else {
      hold(request, in, offset, length);
      held(length);
    }
  }

  /** Keeps a reply that came before its turn. */
  private void hold(SessionRequest request, ByteBuf in, int offset, int length) {
    if (length > HeldReplies.REPLY_BYTES_MAX) {
      request.hold(in, offset, length, true);
      return;
    }
    HeldReplies to = shared;
    if (to == null || !to.hasRoom(length)) {
      closeShared();
      to = new HeldReplies();
      shared = to;
    }
    request.hold(to, to.reserve(length), length);
    env.copies().append(to, in, offset, length);
  }

  private void closeShared() {
    HeldReplies closed = shared;
    if (closed != null) {
      shared = null;
      if (closed.close()) {
        release(closed);
      }
    }
  }

  /** Frees what was taken from, once it has been copied. */
  private void release(HeldReplies taken) {
    env.copies().end();
    taken.release();
  }

  /** A piece of the reply to a request that has its place. */
  public void onChunk(SessionRequest request, ByteBuf in, int offset, int length, boolean last) {
    if (last) {
      long before = order.peekFirst() == request ? passedOnBytes : request.heldBytes();
      countLong(request, false, before + length);
    }
    if (deaf) {
      if (last) {
        answerDeaf(request);
      }
      return;
    }
    if (order.peekFirst() == request) {
      env.copies().append(socket, in, offset, length);
      session.touch();
      request.markPartlySent();
      passedOnBytes += length;
      if (last) {
        passedOnBytes = 0;
        order.pollFirst();
        onHeadAnswered();
      }
    } else {
      request.hold(in, offset, length, last);
      held(length);
    }
  }

  /** A request will get no reply but this error. */
  void onError(SessionRequest request, byte[] error) {
    if (request.connection() == null) {
      env.stats().countRejected(request.spec().id());
    } else {
      count(request, true, error.length);
    }
    env.stats().errorReplies().count(error);
    if (deaf) {
      answerDeaf(request);
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
      session.closeWhenAnswered();
    }
  }

  /** A reply of the proxy's own to a request that already has its place; released here. */
  void onLocalAnswer(SessionRequest request, ByteBuf reply) {
    onLocalAnswer(request, reply, deaf);
  }

  /** As above, of messages, which are heard also by a client that wants no replies. */
  public void onMessages(SessionRequest request, ByteBuf messages) {
    onLocalAnswer(request, messages, gone);
  }

  private void onLocalAnswer(SessionRequest request, ByteBuf reply, boolean unheard) {
    boolean error = reply.getByte(reply.readerIndex()) == '-';
    if (reply.readableBytes() < CommandLogSettings.ONE_READ_BYTES_MAX) {
      count(request, error, reply.readableBytes());
    } else {
      countLong(request, error, reply.readableBytes());
    }
    if (error) {
      env.stats().errorReplies().count(reply, reply.readerIndex());
    }
    if (unheard) {
      reply.release();
      answerDeaf(request);
      return;
    }
    request.hold(reply);
    held(reply.readableBytes());
    if (order.peekFirst() == request) {
      onHeadAnswered();
    }
  }

  /** A message that answers no request: it may stand between two replies. */
  void push(ByteBuf in, int offset, int length) {
    SessionRequest head = order.peekFirst();
    if (gone) {
      return;
    }
    if (head == null || !head.isPartlySent()) {
      env.copies().append(socket, in, offset, length);
      session.touch();
      return;
    }
    ByteBuf pushes = heldPushes;
    if (pushes == null) {
      pushes = RespSocket.ALLOCATOR.directBuffer(length);
      heldPushes = pushes;
    }
    pushes.writeBytes(in, offset, length);
  }

  long heldPushBytes() {
    return heldPushes == null ? 0 : heldPushes.readableBytes();
  }

  private void writeHeldPushes() {
    ByteBuf pushes = heldPushes;
    if (pushes != null) {
      heldPushes = null;
      env.copies().end();
      socket.outgoing().writeBytes(pushes);
      pushes.release();
      session.touch();
    }
  }

  /** The first request has been answered: so may be those behind it. */
  private void onHeadAnswered() {
    writeHeldPushes();
    writeHeld();
    if (heldBytes == 0) {
      closeShared();
    }
    unstopPipeline();
    if (order.isEmpty()) {
      session.onAllAnswered();
    }
  }

  private void writeHeld() {
    for (SessionRequest head = order.peekFirst(); head != null; head = order.peekFirst()) {
      long bytes = head.isAnswered() ? 0 : head.heldBytes();
      if (!writeHeld(head)) {
        break;
      }
      session.touch();
      if (!head.isAnswered()) {
        head.markPartlySent();
        passedOnBytes = bytes;
        break;
      }
      order.pollFirst();
    }
  }

  /** Writes what is held for a request; false if nothing is. */
  private boolean writeHeld(SessionRequest head) {
    HeldReplies among = head.heldIn();
    if (among != null) {
      heldBytes -= head.heldLength();
      env.copies().append(socket, among.outgoing(), head.heldOffset(), head.heldLength());
      if (among.take()) {
        release(among);
      }
      return true;
    }
    ByteBuf own = head.takeHeld();
    if (own == null) {
      return false;
    }
    heldBytes -= own.readableBytes();
    env.copies().append(socket, own, own.readerIndex(), own.readableBytes());
    env.copies().end();
    own.release();
    return true;
  }

  private void unstopPipeline() {
    if (session.isStopped(Stop.PIPELINE) && order.size() <= maxPipeline / 2) {
      session.unstop(Stop.PIPELINE);
    }
  }

  private void held(long bytes) {
    heldBytes += bytes;
    if (heldBytes > env.limits().maxOutputBytes()) {
      session.closeOverLimit("too many reply bytes wait for an earlier reply");
    }
  }

  /** Whether replies are outstanding on connections of this backend that take no more requests. */
  boolean awaitsRetired(Backend backend) {
    return order.anyMatch(
        request -> {
          BackendConnection connection = request.connection();
          return connection != null && connection.isRetired() && connection.owner() == backend;
        });
  }

  /** The client has gone: frees what is held, and takes no more. */
  void discard() {
    gone = true;
    deaf = true;
    env.copies().end();
    closeShared();
    if (heldPushes != null) {
      heldPushes.release();
      heldPushes = null;
    }
    for (SessionRequest request = order.pollFirst(); request != null; request = order.pollFirst()) {
      discard(request);
    }
  }

  private static void discard(SessionRequest request) {
    HeldReplies among = request.heldIn();
    if (among != null && among.take()) {
      among.release();
    }
    ByteBuf own = request.takeHeld();
    if (own != null) {
      own.release();
    }
  }

  /** The request that is answered next. */
  @Nullable SessionRequest first() {
    return order.peekFirst();
  }
}
