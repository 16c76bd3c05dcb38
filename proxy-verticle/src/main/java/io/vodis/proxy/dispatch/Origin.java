package io.vodis.proxy.dispatch;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.BackendServer;
import io.vodis.proxy.backend.Request;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whoever sends requests and expects those for one slot to run in the order it sent them: a
 * session.
 */
public abstract class Origin {

  final Dispatcher dispatcher;

  /** How many of its requests wait, per slot. Empty but for migrating and fenced slots. */
  private final Map<Integer, Integer> waiting = new HashMap<>(2);

  /** The last pass over a queue in which one of its requests had to stay. */
  long heldInPass;

  /** Connections of its own that all its requests use; null for those that all share. */
  private @Nullable BackendPool ownPool;

  /** What goes ahead of {@linkplain #announcing() some} requests, on the same connection. */
  private @Nullable ByteBuf announcement;

  private boolean announcing;

  protected Origin(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /** Has its requests use connections of its own from now on, or again those that all share. */
  public final void ownPool(@Nullable BackendPool pool) {
    ownPool = pool;
  }

  /** What goes ahead of its announced requests from now on; null for none. */
  public final void announcement(@Nullable ByteBuf frame) {
    announcement = frame;
    announcing = false;
  }

  /** Whether the requests that it sends now are announced. */
  public final void announcing(boolean now) {
    announcing = now;
  }

  public final boolean announcing() {
    return announcing;
  }

  /** Sends what goes ahead of a request. */
  final void announceOn(BackendConnection connection) {
    ByteBuf frame = announcement;
    if (frame != null) {
      connection.send(new Announcement(), frame, frame.readerIndex(), frame.readableBytes());
      dispatcher.endCopies();
    }
  }

  /** Its reply says nothing that the reply behind it does not. */
  private static final class Announcement extends Request {
    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      // The request it announces comes next.
    }

    @Override
    protected void onFailure(byte[] error) {
      // So does the failure of that request.
    }
  }

  final BackendPool poolOr(BackendPool shared) {
    BackendPool own = ownPool;
    return own == null ? shared : own;
  }

  /** Whether its requests need connections of its own, or something ahead of them. */
  final boolean isPrivate() {
    return ownPool != null || announcing;
  }

  /** That server as this origin reaches it. */
  public final BackendServer reached(BackendServer shared) {
    BackendPool own = ownPool;
    return own == null ? shared : own.server(shared.address());
  }

  /** Nobody is interested in the replies any more. */
  protected abstract boolean isGone();

  /** Whether replies are outstanding on connections of this backend that take no more requests. */
  protected abstract boolean awaitsRetired(Backend backend);

  /** Whether new requests for this backend would overtake earlier ones. */
  public final boolean isHeldBack(Backend backend) {
    return awaitsRetired(backend);
  }

  final boolean waitsIn(int slot) {
    return !waiting.isEmpty() && waiting.containsKey(slot);
  }

  final void beginsToWait(int slot) {
    waiting.merge(slot, 1, Integer::sum);
  }

  final void endsToWait(int slot) {
    waiting.computeIfPresent(slot, (s, count) -> count == 1 ? null : count - 1);
  }
}
