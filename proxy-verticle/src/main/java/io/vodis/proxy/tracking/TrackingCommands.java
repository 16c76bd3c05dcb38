package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.proxy.tracking.TrackingOptions.Mode;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CLIENT TRACKING TRACKINGINFO GETREDIR CACHING. */
public final class TrackingCommands {

  private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CACHING_NEEDS_TRACKING =
      RespErrors.reply(
          "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or"
              + " OPTOUT mode enabled");
  private static final byte[] YES_NEEDS_OPTIN =
      RespErrors.reply(
          "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
  private static final byte[] NO_NEEDS_OPTOUT =
      RespErrors.reply(
          "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");

  private final Trackings hub;

  public TrackingCommands(Trackings hub) {
    this.hub = hub;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .add("client|tracking", (session, spec, in, length) -> tracking(session, spec, in))
        .addImmediate("client|trackinginfo", (session, spec, in) -> info(session, spec))
        .addImmediate("client|getredir", (session, spec, in) -> redirect(session, spec))
        .addImmediate("client|caching", TrackingCommands::caching);
  }

  private boolean tracking(Session session, CommandSpec spec, ByteBuf in) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    TrackingRequest asked = TrackingRequest.parse(in, session.decoder());
    SessionRequest place = session.enqueue(spec);
    session.stop(Stop.ELSEWHERE);
    if (asked.redirect() == 0) {
      apply(session, place, asked);
    } else {
      hub.find(
          asked.redirect(),
          found -> {
            if (found) {
              apply(session, place, asked);
            } else {
              answer(session, place, TrackingRequest.NO_SUCH_CLIENT);
            }
          });
    }
    return true;
  }

  private static void answer(Session session, SessionRequest place, byte[] reply) {
    session.onLocalAnswer(place, Unpooled.copiedBuffer(reply));
    session.unstop(Stop.ELSEWHERE);
  }

  private void apply(Session session, SessionRequest place, TrackingRequest asked) {
    if (!hub.isHere(session)) {
      return;
    }
    Tracking present = session.state(Tracking.class);
    TrackingOptions before = present == null ? null : present.options();
    byte[] refusal = asked.refusalAfter(before);
    if (refusal == null && asked.on() && present == null && hub.isFull()) {
      refusal = RespErrors.MAX_CLIENTS;
    }
    if (refusal != null) {
      answer(session, place, refusal);
    } else if (!asked.on()) {
      end(session, present);
      answer(session, place, OK);
    } else {
      begin(session, place, present, asked.options(before));
    }
  }

  private void begin(
      Session session, SessionRequest place, @Nullable Tracking present, TrackingOptions wanted) {
    if (present != null && !present.isBroken() && present.options().equals(wanted)) {
      answer(session, place, OK);
      return;
    }
    Tracking tracking = new Tracking(session, hub, wanted);
    hub.add(tracking);
    tracking.begin(
        () -> {
          if (present != null) {
            session.end(present);
            present.giveWay(tracking);
          }
          answer(session, place, OK);
        });
  }

  private static void end(Session session, @Nullable Tracking tracking) {
    if (tracking != null) {
      session.end(tracking);
      tracking.onEnd();
    }
  }

  private static void caching(Session session, CommandSpec spec, ByteBuf in) {
    Tracking tracking = session.state(Tracking.class);
    if (tracking == null) {
      session.reply(spec, CACHING_NEEDS_TRACKING);
      return;
    }
    Mode mode = tracking.options().mode();
    byte[] refusal =
        switch (Args.lower(in, session.decoder(), 2)) {
          case "yes" -> mode == Mode.OPTIN ? null : YES_NEEDS_OPTIN;
          case "no" -> mode == Mode.OPTOUT ? null : NO_NEEDS_OPTOUT;
          default -> RespErrors.SYNTAX;
        };
    if (refusal == null) {
      session.announcing(true);
    }
    session.reply(spec, refusal == null ? OK : refusal);
  }

  private static void redirect(Session session, CommandSpec spec) {
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(32);
    RespWriter.integer(reply, redirectOf(session.state(Tracking.class)));
    session.reply(spec, reply);
  }

  private static long redirectOf(@Nullable Tracking tracking) {
    return tracking == null ? -1 : tracking.options().redirect();
  }

  private static void info(Session session, CommandSpec spec) {
    Tracking tracking = session.state(Tracking.class);
    Protocol protocol = session.protocol();
    List<String> flags = flags(session, tracking);
    List<String> prefixes = tracking == null ? List.of() : tracking.options().prefixes();
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(128);
    protocol.mapHeader(reply, 3);
    RespWriter.bulk(reply, "flags");
    protocol.setHeader(reply, flags.size());
    flags.forEach(flag -> RespWriter.bulk(reply, flag));
    RespWriter.bulk(reply, "redirect");
    RespWriter.integer(reply, redirectOf(tracking));
    RespWriter.bulk(reply, "prefixes");
    RespWriter.arrayHeader(reply, prefixes.size());
    prefixes.forEach(
        prefix -> RespWriter.bulk(reply, prefix.getBytes(StandardCharsets.ISO_8859_1)));
    session.reply(spec, reply);
  }

  private static List<String> flags(Session session, @Nullable Tracking tracking) {
    if (tracking == null) {
      return List.of("off");
    }
    List<String> flags = new ArrayList<>(List.of("on"));
    switch (tracking.options().mode()) {
      case BCAST -> flags.add("bcast");
      case OPTIN -> flags.add("optin");
      case OPTOUT -> flags.add("optout");
      case READ -> {}
    }
    if (session.announcing()) {
      flags.add(tracking.options().mode() == Mode.OPTIN ? "caching-yes" : "caching-no");
    }
    if (tracking.options().noLoop()) {
      flags.add("noloop");
    }
    if (tracking.isBroken()) {
      flags.add("broken_redirect");
    }
    return flags;
  }
}
