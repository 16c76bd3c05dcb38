package io.vodis.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.model.HostAndPort;
import io.vodis.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database of a server, in one protocol, as one loop uses it: one pipelined connection that all
 * sessions share, a few for large requests, some that single sessions have for themselves, and the
 * waiting time between attempts when it cannot be reached.
 *
 * <p>If a client does not take a large reply, the connection it comes on cannot be read. After
 * {@value #STUCK_MILLIS} ms that connection is retired: it keeps its requests, new ones go to a
 * fresh connection. A session that still has requests on the retired one waits for their replies
 * first, so its order is kept.
 *
 * <p>The same is done when a script runs so long that the server refuses everything else with BUSY,
 * so that others than the script's own client hear that, and do not wait behind it. Whether the
 * server does is found out with a connection made for that.
 */
public final class Backend {

  static final ByteBuf PING =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("*1\r\n$4\r\nPING\r\n", StandardCharsets.US_ASCII));

  private static final Logger LOGGER = LoggerFactory.getLogger(Backend.class);
  private static final long STUCK_MILLIS = 200;
  private static final long LONG_SCRIPT_NANOS = 20_000_000;
  private static final long FIRST_DELAY_NANOS = 50_000_000;
  private static final long MAX_DELAY_NANOS = 1_000_000_000;
  private static final int MAX_RETIRED = 16;

  private final HostAndPort server;
  private final int lane;
  private final BackendEnvironment environment;
  private final BackendStats stats = new BackendStats();
  private final List<BackendConnection> retired = new ArrayList<>();
  private final OwnConnections dedicated;
  private final OwnConnections exclusive;
  private @Nullable BackendConnection current;
  private @Nullable BackendConnection probe;

  /** The retired one on which a script keeps the server busy. */
  private @Nullable BackendConnection busy;

  private byte @Nullable [] refusal;
  private long retryAtNanos;
  private long delayNanos;
  private String lastError = "";
  private boolean slowToFail;

  Backend(HostAndPort server, int lane, BackendEnvironment environment) {
    this.server = server;
    this.lane = lane;
    this.environment = environment;
    this.dedicated = new OwnConnections(environment.limits().maxDedicated());
    this.exclusive = new OwnConnections(environment.limits().maxExclusive());
  }

  /** The connection for the next request if it is there and takes one: the hot path. */
  public @Nullable BackendConnection connection() {
    BackendConnection connection = current;
    return connection != null && connection.isReady() && connection.accepts() && retired.isEmpty()
        ? connection
        : null;
  }

  /** The connection for the next request, opened if need be; null says {@link #refusal()}. */
  public @Nullable BackendConnection acquire() {
    BackendConnection connection = current;
    if ((connection == null || !connection.isReady()) && mustFailFast()) {
      refusal = BackendErrors.unavailable(server, lastError);
      return null;
    }
    if (connection == null) {
      if (!mayOpen()) {
        return null;
      }
      connection = open(false);
      current = connection;
    }
    if (connection.isClosed()) {
      current = null;
      refusal = BackendErrors.unavailable(server, lastError);
      return null;
    }
    if (connection.accepts()) {
      return connection;
    }
    connection.refuse();
    stats.stalls++;
    refusal = null;
    return null;
  }

  /** Why there was no connection: the error for the client, or null if one must wait for room. */
  public byte @Nullable [] refusal() {
    return refusal;
  }

  /** Connections of one session may have to wait for something else first. */
  private boolean mayOpen() {
    PrivateLine own = environment.own();
    if (own == null || own.greeting(server) != null) {
      return true;
    }
    refusal = own.refusal(server);
    return false;
  }

  private boolean mustFailFast() {
    // After an attempt that had to time out, requests do not wait for the next one to do the same.
    return delayNanos > 0 && (slowToFail || environment.clock().nowNanos() - retryAtNanos < 0);
  }

  /**
   * Of connections beside the shared one: as long as that works, the server is there, and one that
   * could not be made says nothing about the next.
   */
  private boolean mustNotOpen() {
    BackendConnection shared = current;
    return shared != null && shared.isReady()
        ? delayNanos > 0 && environment.clock().nowNanos() - retryAtNanos < 0
        : mustFailFast();
  }

  private BackendConnection open(boolean forLarge) {
    BackendConnection connection = new BackendConnection(this, environment, forLarge);
    stats.connects++;
    connection.open();
    return connection;
  }

  /** A connection for one large request; null if there are too many or the server is down. */
  public @Nullable BackendConnection acquireDedicated() {
    return acquireOwn(dedicated, null);
  }

  /** Gives a dedicated connection back when its request has been answered. */
  public void releaseDedicated(BackendConnection connection) {
    dedicated.release(connection);
    environment.onRoom().run();
  }

  /**
   * A connection for one session, which watches keys or waits on it; null says {@link #refusal()}.
   */
  public @Nullable BackendConnection acquireExclusive() {
    return acquireOwn(exclusive, BackendErrors.tooManyExclusive(server));
  }

  /** Gives an exclusive connection back: nothing is watched on it, and nothing waits. */
  public void releaseExclusive(BackendConnection connection) {
    exclusive.release(connection);
  }

  private @Nullable BackendConnection acquireOwn(
      OwnConnections pool, byte @Nullable [] refusalWhenFull) {
    BackendConnection idle = pool.takeIdle();
    if (idle != null) {
      return idle;
    }
    if (mustNotOpen()) {
      refusal = BackendErrors.unavailable(server, lastError);
      return null;
    }
    if (pool.isFull()) {
      refusal = refusalWhenFull;
      return null;
    }
    if (!mayOpen()) {
      return null;
    }
    BackendConnection connection = open(true);
    pool.add(connection);
    return connection;
  }

  /**
   * A connection for one command that gets through to a server which is busy with a script, to be
   * closed afterwards; null if it cannot be reached, see {@link #refusal()}.
   */
  public @Nullable BackendConnection openUrgent() {
    if (mustNotOpen()) {
      refusal = BackendErrors.unavailable(server, lastError);
      return null;
    }
    if (dedicated.isFull()) {
      refusal = null;
      return null;
    }
    BackendConnection connection = new BackendConnection(this, environment, true);
    connection.ofBusyServer();
    stats.connects++;
    connection.open();
    dedicated.add(connection);
    return connection;
  }

  /** Whether {@link #acquireDedicated} would not be refused for there being too many. */
  public boolean hasDedicatedRoom() {
    return dedicated.hasIdle() || !dedicated.isFull();
  }

  void onReady(BackendConnection connection) {
    if (connection == probe) {
      // The script is over, or the server has other ways.
      connection.close("not used any more");
      return;
    }
    if (delayNanos > 0) {
      LOGGER.info("backend {} db {} is connected again", server, database());
    }
    delayNanos = 0;
    slowToFail = false;
    lastError = "";
  }

  void onClosed(BackendConnection connection, String reason, boolean couldNotConnect) {
    retired.remove(connection);
    if (connection == busy) {
      busy = null;
      environment.busy().ended(server);
    }
    dedicated.remove(connection);
    exclusive.remove(connection);
    if (connection == probe) {
      probe = null;
      byte[] words = connection.busyReply();
      if (words != null && current != null && retired.size() < MAX_RETIRED) {
        LOGGER.debug("backend {} db {}: a script keeps the server busy", server, database());
        BackendConnection script = current;
        busy = script;
        environment.busy().began(server, words, script::runsScript);
        retireCurrent();
      }
      return;
    }
    if (connection == current) {
      current = null;
    } else if (connection.isRetired()) {
      return;
    }
    lastError = reason;
    if (!couldNotConnect) {
      // The next request may try at once; that it did work speaks for it.
      LOGGER.debug("backend {} db {} closed: {}", server, database(), reason);
      return;
    }
    stats.connectFailures++;
    if (delayNanos == 0) {
      LOGGER.warn("backend {} db {} cannot be reached: {}", server, database(), reason);
    }
    delayNanos = Math.clamp(delayNanos * 2, FIRST_DELAY_NANOS, MAX_DELAY_NANOS);
    long now = environment.clock().nowNanos();
    slowToFail = now - connection.openedNanos() > MAX_DELAY_NANOS / 2;
    retryAtNanos = now + delayNanos;
  }

  /** Whether there is no connection and none is wanted. */
  boolean isDormant() {
    return current == null
        && probe == null
        && retired.isEmpty()
        && dedicated.isEmpty()
        && exclusive.isEmpty();
  }

  /** Lets the present connections end when they are idle; nothing routes here any more. */
  void unroute() {
    delayNanos = 0;
    if (current != null) {
      retireCurrent();
    }
    dedicated.closeIdle("not used any more");
    exclusive.closeIdle("not used any more");
  }

  /** Closes everything at once; what is in flight fails. */
  public void breakAll(String reason) {
    BackendConnection connection = current;
    if (connection != null) {
      connection.close(reason);
    }
    BackendConnection asking = probe;
    if (asking != null) {
      asking.close(reason);
    }
    List.copyOf(retired).forEach(old -> old.close(reason));
    dedicated.close(reason);
    exclusive.close(reason);
  }

  private void retireCurrent() {
    BackendConnection connection = current;
    if (connection != null) {
      current = null;
      retired.add(connection);
      connection.retire();
    }
  }

  /** Periodic care: time-outs, tests of idle connections, reconnection. */
  void tick(long now) {
    for (BackendConnection connection : List.copyOf(retired)) {
      connection.tick(now);
    }
    dedicated.tick(now);
    exclusive.tick(now);
    if (probe != null) {
      probe.tick(now);
    }
    BackendConnection connection = current;
    if (connection != null) {
      connection.tick(now);
      if (connection.pausedNanos(now) > STUCK_MILLIS * 1_000_000 && retired.size() < MAX_RETIRED) {
        LOGGER.debug("backend {} db {}: a slow client blocks the connection", server, database());
        retireCurrent();
      } else if (connection.scriptNanos(now) > LONG_SCRIPT_NANOS
          && probe == null
          && environment.own() == null) {
        stats.connects++;
        BackendConnection asking = new BackendConnection(this, environment, true);
        probe = asking;
        asking.asksWhetherBusy();
        asking.open();
      }
    } else if (delayNanos > 0 && now - retryAtNanos >= 0 && mayOpen()) {
      current = open(false);
    }
  }

  public HostAndPort server() {
    return server;
  }

  public int database() {
    return Lane.database(lane);
  }

  public Protocol protocol() {
    return Lane.protocol(lane);
  }

  /** How often a connection has been made. */
  public long connects() {
    return stats.connects;
  }

  BackendStats stats() {
    return stats;
  }

  /** Whether connections exist that do not take requests any more. */
  public boolean hasRetired() {
    return !retired.isEmpty();
  }

  public BackendState state() {
    BackendConnection connection = current;
    if (connection != null && connection.isReady()) {
      return BackendState.READY;
    }
    if (delayNanos > 0) {
      return BackendState.BACKOFF;
    }
    return connection == null ? BackendState.IDLE : BackendState.CONNECTING;
  }

  /** The last reason for a connection to end or not to come about; empty while all is well. */
  public String lastError() {
    return lastError;
  }

  /** Requests that wait for a reply, on all connections. */
  public int inFlight() {
    int count = current == null ? 0 : current.inFlight();
    for (BackendConnection connection : retired) {
      count += connection.inFlight();
    }
    return count + dedicated.inFlight() + exclusive.inFlight();
  }

  /** Bytes that wait to be sent on the shared connection. */
  public long pendingBytes() {
    return current == null ? 0 : current.pendingBytes();
  }
}
