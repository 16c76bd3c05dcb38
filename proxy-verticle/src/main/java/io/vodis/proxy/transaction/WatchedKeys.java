package io.vodis.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.dispatch.RouteListener;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionState;
import io.vodis.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The keys a session watches, all on one server, on a connection of its own.
 *
 * <p>Invariant: while this is not broken, the server of the slots has watched the keys without a
 * gap since they were given. It breaks when a slot gets another route, be it only a fence, when the
 * connection is lost, or when the session changes its protocol; EXEC then answers nil, as after a
 * change of the keys. That may abort a transaction without need, and never lets one through.
 */
public final class WatchedKeys implements SessionState, RouteListener {

  private static final byte[] UNWATCH =
      "*1\r\n$7\r\nUNWATCH\r\n".getBytes(StandardCharsets.US_ASCII);

  private final SessionEnvironment env;
  private final BitSet slots = new BitSet();
  private final Protocol protocol;
  private @Nullable BackendConnection connection;
  private @Nullable WatchRequest first;
  private int watchedCount;
  private boolean broken;

  WatchedKeys(Session session) {
    this.env = session.environment();
    this.protocol = session.protocol();
    env.dispatcher().addListener(this);
  }

  /** That many more keys are watched, in these slots; one that was already is counted again. */
  void add(int keys, BitSet ofKeys) {
    watchedCount += keys;
    slots.or(ofKeys);
  }

  /** The request that begins the watch. */
  void beginsWith(WatchRequest request) {
    first = request;
  }

  BitSet slots() {
    return slots;
  }

  /** Whether EXEC must answer nil. */
  boolean isBroken(Protocol now) {
    if (now != protocol || connection != null && connection.isClosed()) {
      onBroken();
    }
    return broken;
  }

  /** The connection for one more WATCH; null if there is none, and {@code backend} says why. */
  @Nullable BackendConnection connectionFor(Backend backend) {
    if (connection == null) {
      connection = backend.acquireExclusive();
    }
    return connection;
  }

  /** The database of the connection it has, or will have. */
  int databaseOr(int database) {
    BackendConnection own = connection;
    return own == null ? database : own.owner().database();
  }

  /** The connection, for EXEC, which ends the watch; null if it is broken. */
  @Nullable BackendConnection takeConnection(Backend backend) {
    BackendConnection own = connection;
    if (isBroken(backend.protocol())
        || own == null
        || !own.owner().server().equals(backend.server())) {
      return null;
    }
    connection = null;
    return own;
  }

  /** EXEC has been answered: the connection can be used again, or cannot. */
  static void afterExec(@Nullable BackendConnection sentOn, boolean leftOpen, boolean exclusive) {
    if (sentOn == null) {
      return;
    }
    if (leftOpen) {
      sentOn.close("the server may not have ended a transaction");
    } else if (exclusive) {
      sentOn.owner().releaseExclusive(sentOn);
    }
  }

  @Override
  public void describe(ClientLine line) {
    line.watched(watchedCount);
    if (broken) {
      line.flag('d');
    }
  }

  @Override
  public void onRoutesChanged(BitSet changed) {
    // A first WATCH that waited for this table has been sent by it already.
    if (changed.intersects(slots) && (first == null || !first.isOnPresentRoute())) {
      onBroken();
    }
  }

  void onBroken() {
    if (!broken) {
      broken = true;
      env.stats().watchesBroken++;
      unwatch();
    }
  }

  private void unwatch() {
    BackendConnection own = connection;
    connection = null;
    if (own != null && !own.isClosed()) {
      ByteBuf frame = Unpooled.wrappedBuffer(UNWATCH);
      own.send(new Unwatch(own), frame, 0, frame.readableBytes());
      env.copies().end();
    }
  }

  @Override
  public void onEnd() {
    env.dispatcher().removeListener(this);
    unwatch();
  }

  /** Cleans a connection, and gives it back. */
  private static final class Unwatch extends Request {

    private final BackendConnection own;

    Unwatch(BackendConnection own) {
      this.own = own;
    }

    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      if (in.getByte(offset) == '+') {
        own.owner().releaseExclusive(own);
      } else {
        own.close("the server did not end a watch");
      }
    }

    @Override
    protected void onFailure(byte[] error) {
      // The connection is lost, and the watch with it.
    }
  }
}
