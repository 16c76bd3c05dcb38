package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.KeyKeepers;
import io.vodis.proxy.dispatch.RoutedRequest;
import io.vodis.proxy.loop.RespSocket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request of a client, from its arrival to its reply: the only object made per request. Its
 * place in the session's queue is the place of its reply.
 */
public class SessionRequest extends RoutedRequest {

  private final Session session;
  private final CommandSpec spec;
  private final long startNanos;

  /** What came of the reply before it was its turn, if it has a buffer of its own. */
  private @Nullable ByteBuf held;

  /** Kept for COMMANDLOG if requests are looked at closely, cut to what is worth keeping. */
  private List<byte[]> args = List.of();

  /** Where the whole reply stands among others, if it does. */
  private @Nullable HeldReplies heldIn;

  private short heldOffset;
  private short heldLength;

  private boolean answered;
  private boolean partlySent;

  protected SessionRequest(Session session, CommandSpec spec, long startNanos) {
    super(session);
    this.session = session;
    this.spec = spec;
    this.startNanos = startNanos;
  }

  /** A reply of the proxy's own that has to wait for its turn. */
  static SessionRequest answered(Session session, CommandSpec spec, ByteBuf reply) {
    SessionRequest request = new SessionRequest(session, spec, 0);
    request.hold(reply);
    return request;
  }

  public final Session session() {
    return session;
  }

  public final CommandSpec spec() {
    return spec;
  }

  @Override
  protected boolean readsOnly() {
    return spec.readOnly();
  }

  @Override
  protected boolean keepsItsKey(int argCount) {
    return KeyKeepers.contains(spec, argCount);
  }

  final long startNanos() {
    return startNanos;
  }

  public final List<byte[]> args() {
    return args;
  }

  public final void args(List<byte[]> kept) {
    args = kept;
  }

  /** The whole reply is there. */
  final boolean isAnswered() {
    return answered;
  }

  /** Keeps a reply, or a piece of one, until it is its turn. */
  final void hold(ByteBuf in, int offset, int length, boolean whole) {
    ByteBuf kept = held;
    if (kept == null) {
      kept = RespSocket.ALLOCATOR.directBuffer(Math.max(1, length));
      held = kept;
    }
    kept.writeBytes(in, offset, length);
    answered |= whole;
  }

  /** Keeps a whole reply that it owns from now on. */
  final void hold(ByteBuf whole) {
    held = whole;
    answered = true;
  }

  /** The whole reply stands there, among others. */
  final void hold(HeldReplies in, int offset, int length) {
    heldIn = in;
    heldOffset = (short) offset;
    heldLength = (short) length;
    answered = true;
  }

  /** Where the reply is held among others; null if it is not. */
  final @Nullable HeldReplies heldIn() {
    return heldIn;
  }

  final int heldOffset() {
    return heldOffset;
  }

  final int heldLength() {
    return heldLength;
  }

  /** What is held for this request alone, of which the caller owns the reference from now on. */
  final @Nullable ByteBuf takeHeld() {
    ByteBuf kept = held;
    held = null;
    return kept;
  }

  /** How much is held for this request alone. */
  final int heldBytes() {
    return held == null ? 0 : held.readableBytes();
  }

  final void markPartlySent() {
    partlySent = true;
  }

  final boolean isPartlySent() {
    return partlySent;
  }

  @Override
  protected void onAnswer(ByteBuf in, int offset, int length) {
    session.replies().onAnswer(this, in, offset, length);
  }

  @Override
  public void onError(byte[] error) {
    session.replies().onError(this, error);
  }

  @Override
  protected void onReplyChunk(ByteBuf in, int offset, int length, boolean last) {
    session.replies().onChunk(this, in, offset, length, last);
    if (last) {
      onLastChunk();
    }
  }

  @Override
  protected boolean runsScript() {
    return spec.isScript();
  }

  @Override
  protected final boolean blocksReplies(BackendConnection from) {
    return session.blocksReplies(from);
  }
}
