package io.vodis.proxy.monitor;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.pubsub.OutputLimit;
import io.vodis.proxy.pubsub.PubSubLimits;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionState;
import io.vodis.resp.RespErrors;
import org.jspecify.annotations.Nullable;

/** A session in MONITOR. Like a monitor of Redis it may not touch keys. */
final class Monitor implements SessionState {

  private static final byte[] NO_KEYS =
      RespErrors.reply("ERR Replica can't interact with the keyspace");

  private final Session session;
  private final Monitors hub;
  private final OutputLimit limit;
  private boolean over;

  Monitor(Session session, Monitors hub, PubSubLimits limits) {
    this.session = session;
    this.hub = hub;
    this.limit = new OutputLimit(limits);
  }

  /** Passes lines on; returns false if the client takes them too slowly. */
  boolean pass(ByteBuf lines, long now) {
    session.push(lines, 0, lines.readableBytes());
    return !limit.isExceeded(session.untakenBytes(), now);
  }

  boolean isTooSlow(long now) {
    return limit.isExceeded(session.untakenBytes(), now);
  }

  void cut() {
    session.closeOverLimit("it takes what it monitors too slowly");
  }

  @Override
  public Verdict intercept(Session of, @Nullable CommandSpec spec, ByteBuf in, int length) {
    if (spec == null
        || !spec.acceptsArgCount(of.decoder().argCount())
        || !(spec.write()
            || spec.readOnly()
            || spec.name().equals("publish")
            || spec.name().equals("spublish"))) {
      return Verdict.PASS;
    }
    of.reply(spec, NO_KEYS);
    return Verdict.HANDLED;
  }

  @Override
  public boolean listens() {
    return true;
  }

  @Override
  public void describe(ClientLine line) {
    line.flag('O');
  }

  @Override
  public boolean delaysDrain() {
    return false;
  }

  boolean isOver() {
    return over;
  }

  @Override
  public void onEnd() {
    over = true;
    hub.remove(this);
  }
}
