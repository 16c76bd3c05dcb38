package io.vodis.proxy.monitor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.pubsub.PubSubLimits;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.RequestFeed;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionGate;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RespErrors;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The monitors of one loop, and what this loop's requests are to the monitors of all.
 *
 * <p>While nobody monitors, nothing is done: {@link SessionGate} is open and requests take the
 * short way. Otherwise lines are gathered over an iteration and handed to every loop as one
 * message; what is on its way is bounded, since each loop says when it has delivered.
 */
public final class Monitors implements RequestFeed {

  private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int BATCH_BYTES = 64 << 10;

  private final ProcessView process;
  private final SessionGate gate;
  private final LoopClock clock;
  private final FlushQueue flushes;
  private final CopyRun copies;
  private final PubSubLimits limits;
  private final int maxMonitors;
  private final Set<Monitor> own = new LinkedHashSet<>();
  private ByteBuf batch = Unpooled.buffer(0);
  private boolean shipping;
  private long inTransit;

  /** How many there are in the process. */
  private int active;

  private long cut;

  public Monitors(
      ProcessView process,
      SessionGate gate,
      LoopClock clock,
      FlushQueue flushes,
      CopyRun copies,
      PubSubLimits limits,
      int maxMonitors) {
    this.process = process;
    this.gate = gate;
    this.clock = clock;
    this.flushes = flushes;
    this.copies = copies;
    this.limits = limits;
    this.maxMonitors = maxMonitors;
  }

  /** Adds the handler of MONITOR. */
  public void addTo(CommandHandlers handlers) {
    handlers.add("monitor", (session, spec, in, length) -> monitor(session, spec));
  }

  private boolean monitor(Session session, CommandSpec spec) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    if (session.state(Monitor.class) != null) {
      // As Redis: a monitor that asks again gets no answer.
      return true;
    }
    if (active >= maxMonitors) {
      session.reply(spec, RespErrors.MAX_CLIENTS);
      return true;
    }
    Monitor monitor = new Monitor(session, this, limits);
    session.begin(monitor);
    SessionRequest place = session.enqueue(spec);
    // Answered when every loop shows its requests: the client sees all that come later.
    tellAll(
        1,
        () -> {
          session.onLocalAnswer(place, Unpooled.copiedBuffer(OK));
          if (!monitor.isOver()) {
            own.add(monitor);
          }
        });
    return true;
  }

  void remove(Monitor monitor) {
    own.remove(monitor);
    tellAll(-1, () -> {});
  }

  private void tellAll(int more, Runnable onTold) {
    process.eachLoop(env -> of(env).change(more), all -> onTold.run());
  }

  private static Monitors of(SessionEnvironment env) {
    return (Monitors) env.monitors();
  }

  private boolean change(int more) {
    active += more;
    gate.feed(active > 0 ? this : null);
    return true;
  }

  @Override
  public void show(Session session, CommandSpec spec, ByteBuf in) {
    if (spec.hasFlag("admin")) {
      return;
    }
    Instant now = Instant.now();
    MonitorLine.write(
        batch,
        now.getEpochSecond() * 1_000_000 + now.getNano() / 1000,
        session.database(),
        session.socket().remoteAddress(),
        spec.name(),
        in,
        session.decoder());
    if (batch.readableBytes() >= BATCH_BYTES) {
      ship();
    } else if (!shipping) {
      shipping = true;
      flushes.resume(
          () -> {
            shipping = false;
            ship();
          });
    }
  }

  /** Hands the lines to every loop. */
  private void ship() {
    if (!batch.isReadable()) {
      return;
    }
    ByteBuf lines = batch;
    batch = Unpooled.buffer(0);
    int size = lines.readableBytes();
    if (limits.hardBytes() > 0 && inTransit + size > limits.hardBytes()) {
      // The loops of the monitors do not keep up.
      process.eachLoop(env -> of(env).cutAll(), all -> {});
      return;
    }
    inTransit += size;
    process.eachLoop(env -> of(env).deliver(lines.duplicate()), all -> inTransit -= size);
  }

  private boolean deliver(ByteBuf lines) {
    long now = clock.nowNanos();
    for (Monitor monitor : List.copyOf(own)) {
      boolean kept = monitor.pass(lines, now);
      copies.end();
      if (!kept) {
        cut++;
        monitor.cut();
      }
    }
    return true;
  }

  private boolean cutAll() {
    cut += own.size();
    List.copyOf(own).forEach(Monitor::cut);
    return true;
  }

  /** Periodic care: who has taken too little for too long. */
  public void tick(long now) {
    for (Monitor monitor : List.copyOf(own)) {
      if (monitor.isTooSlow(now)) {
        cut++;
        monitor.cut();
      }
    }
  }

  /** Monitors of this loop. */
  public int size() {
    return own.size();
  }

  /** Monitors that were disconnected because they took too little. */
  public long cut() {
    return cut;
  }
}
