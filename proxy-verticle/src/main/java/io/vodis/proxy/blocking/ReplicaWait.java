package io.vodis.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.route.RouteTable;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.resp.RespErrors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client that waits for replicas to have what it wrote: WAIT and WAITAOF, asked of the primary of
 * every group at once; the smallest answer counts.
 *
 * <p>A server waits for what the connection that asks has written last, and this one has written
 * nothing. So something is sent ahead that makes the server note the present end of its replication
 * stream for this connection, which is behind everything the session has been answered: any command
 * does on Redis; Valkey since 8.1 wants one that is replicated, which a message to a shard channel
 * is, that nobody can receive by a pattern.
 */
public final class ReplicaWait implements Blocked {

  private static final String MARK = "*3\r\n$8\r\nSPUBLISH\r\n$10\r\nvodis:wait\r\n$0\r\n\r\n";
  private static final Pattern NUMBER = Pattern.compile(":(\\d+)\r\n");

  private final Session session;
  private final SessionEnvironment env;
  private final Blocking blocking;
  private final SessionRequest place;
  private final byte[] frame;
  private final List<BlockedOn> waiting = new ArrayList<>();
  private long @Nullable [] least;
  private byte @Nullable [] error;
  private int missing;
  private boolean over;

  ReplicaWait(Session session, Blocking blocking, SessionRequest place, byte[] frame) {
    this.session = session;
    this.env = session.environment();
    this.blocking = blocking;
    this.place = place;
    this.frame = frame;
  }

  void begin() {
    session.begin(this);
    session.stop(Stop.BLOCKED);
    blocking.add(this);
    Set<HostAndPort> primaries = primaries(env.dispatcher().table());
    if (primaries.isEmpty() || !env.dispatcher().leased()) {
      error = RespErrors.CLUSTER_DOWN;
    } else {
      // One more, so that a failure at once does not answer before all have been asked.
      missing = 1;
      primaries.forEach(this::ask);
      missing--;
    }
    env.copies().end();
    finishIfAll();
  }

  /** The servers that the session's writes are on. */
  static Set<HostAndPort> primaries(RouteTable table) {
    Set<HostAndPort> primaries = new LinkedHashSet<>();
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      switch (table.route(slot)) {
        case SlotRoute.Serving serving -> primaries.add(serving.primary());
        case SlotRoute.Migrating migrating -> {
          primaries.add(migrating.source());
          primaries.add(migrating.target());
        }
        case SlotRoute.Fenced fenced -> primaries.add(fenced.owner());
        case SlotRoute.Offline offline -> {}
      }
    }
    return primaries;
  }

  private void ask(HostAndPort primary) {
    Backend backend = env.dispatcher().server(primary).lane(session.lane());
    BackendConnection own = backend.acquireExclusive();
    if (own == null) {
      byte[] refusal = backend.refusal();
      error = refusal == null ? RespErrors.TRY_AGAIN : refusal;
      return;
    }
    missing++;
    BlockedOn on = new BlockedOn(own, env);
    waiting.add(on);
    on.send("*1\r\n$4\r\nPING\r\n", reply -> {});
    on.send(MARK, reply -> {});
    own.send(new Answer(on), Unpooled.wrappedBuffer(frame), 0, frame.length);
  }

  private void onReply(String reply) {
    if (reply.startsWith("-")) {
      error = reply.getBytes(StandardCharsets.ISO_8859_1);
      return;
    }
    long[] numbers =
        NUMBER.matcher(reply).results().map(m -> m.group(1)).mapToLong(Long::parseLong).toArray();
    long[] before = least;
    if (before == null) {
      least = numbers;
    } else {
      for (int i = 0; i < Math.min(before.length, numbers.length); i++) {
        before[i] = Math.min(before[i], numbers[i]);
      }
    }
  }

  private void finishIfAll() {
    if (over || missing > 0) {
      return;
    }
    session.end(this);
    leave();
    byte[] failure = error;
    long[] numbers = least;
    if (failure != null || numbers == null) {
      place.onError(failure == null ? RespErrors.CLUSTER_DOWN : failure);
    } else {
      session.onLocalAnswer(place, reply(numbers));
    }
    session.unstop(Stop.BLOCKED);
  }

  private static ByteBuf reply(long[] numbers) {
    StringBuilder text = new StringBuilder();
    if (numbers.length > 1) {
      text.append('*').append(numbers.length).append("\r\n");
    }
    for (long number : numbers) {
      text.append(':').append(number).append("\r\n");
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
    return RespSocket.ALLOCATOR.directBuffer(bytes.length).writeBytes(bytes);
  }

  private void leave() {
    over = true;
    blocking.remove(this);
  }

  @Override
  public void unblock(boolean withError, Runnable onEnd) {
    blocking.awaitEnd(this, onEnd);
    waiting.forEach(on -> on.unblock(withError));
  }

  @Override
  public void onDrain() {
    waiting.forEach(on -> on.unblock(false));
  }

  @Override
  public void tick(long now) {
    waiting.forEach(BlockedOn::tick);
  }

  @Override
  public void onEnd() {
    leave();
    waiting.forEach(BlockedOn::abandon);
  }

  private final class Answer extends Request {

    private final BlockedOn on;

    Answer(BlockedOn on) {
      this.on = on;
    }

    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      on.onAnswered();
      ReplicaWait.this.onReply(in.toString(offset, length, StandardCharsets.ISO_8859_1));
      missing--;
      finishIfAll();
    }

    @Override
    protected void onFailure(byte[] lost) {
      error = lost;
      missing--;
      finishIfAll();
    }

    @Override
    protected long patienceNanos() {
      // How long is the server's to decide; a dead one is found by keepalive.
      return Long.MAX_VALUE / 2;
    }
  }
}
