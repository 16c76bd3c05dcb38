package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.PrivateLine;
import io.vodis.proxy.pubsub.OutputLimit;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionState;
import io.vodis.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * A session whose server-side caches are tracked. Its requests use connections of its own, each of
 * which has begun with CLIENT TRACKING ON; what the servers say on them goes to the client.
 *
 * <p>Invariant: when a server can no longer tell the client about a key, the client is told to
 * forget all ({@code invalidate} with null).
 */
final class Tracking implements SessionState, PrivateLine.Sink {

  private static final byte[] FORGET_ALL =
      ">2\r\n$10\r\ninvalidate\r\n_\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Session session;
  private final Trackings hub;
  private final TrackingOptions options;
  private final OutputLimit limit;
  private final BackendPool pool;
  private boolean over;

  Tracking(Session session, Trackings hub, TrackingOptions options) {
    this.session = session;
    this.hub = hub;
    this.options = options;
    this.limit = new OutputLimit(hub.limits());
    this.pool = hub.pool(new PrivateLine(options.command(), this));
  }

  TrackingOptions options() {
    return options;
  }

  void begin() {
    session.begin(this);
    session.ownPool(pool);
    connectAll();
  }

  /** In BCAST mode every server tells of its keys, whether they have been read or not. */
  private void connectAll() {
    if (options.broadcast()) {
      for (HostAndPort server : hub.servers()) {
        var unused = pool.server(server).lane(session.lane()).acquire();
      }
    }
  }

  @Override
  public void onPush(ByteBuf in, int offset, int length) {
    if (!over && session.protocol() == Protocol.RESP3) {
      session.push(in, offset, length);
      if (limit.isExceeded(session.untakenBytes(), hub.now())) {
        hub.onCut();
        session.closeOverLimit("it takes its invalidations too slowly");
      }
    }
  }

  @Override
  public void onLost() {
    forgetAll();
  }

  private void forgetAll() {
    ByteBuf message = Unpooled.wrappedBuffer(FORGET_ALL);
    onPush(message, 0, FORGET_ALL.length);
    hub.endCopies();
  }

  /** Slots have another owner, which knows nothing of what was read from the one before. */
  void onMoved(Set<HostAndPort> servers, List<HostAndPort> broken) {
    broken.forEach(server -> pool.server(server).breakAll("the server is being replaced"));
    pool.keepOnly(servers);
    forgetAll();
    connectAll();
  }

  void tick(long now) {
    pool.tick(now);
    connectAll();
  }

  @Override
  public boolean delaysDrain() {
    return false;
  }

  @Override
  public void describe(ClientLine line) {
    line.redirect(0);
  }

  @Override
  public void onEnd() {
    if (!over) {
      over = true;
      session.ownPool(null);
      hub.remove(this);
      pool.close("tracking has ended");
    }
  }
}
