package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.resp.Protocol;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CLIENT TRACKING TRACKINGINFO GETREDIR CACHING. */
public final class TrackingCommands {

  private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NEEDS_RESP3 =
      RespErrors.reply("ERR CLIENT TRACKING through this proxy needs RESP3, see HELLO");
  private static final byte[] NO_REDIRECT =
      RespErrors.reply("ERR CLIENT TRACKING through this proxy cannot REDIRECT, use RESP3");
  private static final byte[] NO_OPT =
      RespErrors.reply("ERR CLIENT TRACKING through this proxy has no OPTIN and OPTOUT");
  private static final byte[] PREFIX_NEEDS_BCAST =
      RespErrors.reply("ERR PREFIX option requires BCAST mode to be enabled");
  private static final byte[] NO_SWITCH =
      RespErrors.reply(
          "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and"
              + " then re-enabling it with a different mode.");
  private static final byte[] CACHING_NEEDS_MODE =
      RespErrors.reply(
          "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or"
              + " OPTOUT mode enabled");

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
        .addImmediate(
            "client|caching", (session, spec, in) -> session.reply(spec, CACHING_NEEDS_MODE));
  }

  private boolean tracking(Session session, CommandSpec spec, ByteBuf in) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    RequestDecoder request = session.decoder();
    boolean broadcast = false;
    boolean noLoop = false;
    List<String> prefixes = new ArrayList<>();
    byte[] refusal = null;
    for (int arg = 3; arg < request.argCount() && refusal == null; arg++) {
      boolean more = arg + 1 < request.argCount();
      switch (Args.lower(in, request, arg)) {
        case "bcast" -> broadcast = true;
        case "noloop" -> noLoop = true;
        case "optin", "optout" -> refusal = NO_OPT;
        case "redirect" -> refusal = more ? NO_REDIRECT : RespErrors.SYNTAX;
        case "prefix" -> {
          arg++;
          if (more) {
            prefixes.add(new String(Args.bytes(in, request, arg), StandardCharsets.ISO_8859_1));
          } else {
            refusal = RespErrors.SYNTAX;
          }
        }
        default -> refusal = RespErrors.SYNTAX;
      }
    }
    if (refusal != null) {
      session.reply(spec, refusal);
      return true;
    }
    TrackingOptions options = new TrackingOptions(broadcast, noLoop, prefixes);
    switch (Args.lower(in, request, 2)) {
      case "on" -> on(session, spec, options);
      case "off" -> {
        end(session, session.state(Tracking.class));
        session.reply(spec, OK);
      }
      default -> session.reply(spec, RespErrors.SYNTAX);
    }
    return true;
  }

  private void on(Session session, CommandSpec spec, TrackingOptions options) {
    Tracking present = session.state(Tracking.class);
    byte[] refusal = null;
    if (!options.broadcast() && !options.prefixes().isEmpty()) {
      refusal = PREFIX_NEEDS_BCAST;
    } else if (present != null && present.options().broadcast() != options.broadcast()) {
      refusal = NO_SWITCH;
    } else if (session.protocol() != Protocol.RESP3) {
      refusal = NEEDS_RESP3;
    } else if (present == null && hub.isFull()) {
      refusal = RespErrors.MAX_CLIENTS;
    } else {
      refusal = collision(options.prefixes());
    }
    if (refusal != null) {
      session.reply(spec, refusal);
      return;
    }
    TrackingOptions wanted = options;
    if (present != null) {
      // What has been read is tracked on the connections there are.
      if (present.options().equals(options)) {
        session.reply(spec, OK);
        return;
      }
      List<String> all = new ArrayList<>(present.options().prefixes());
      options.prefixes().stream().filter(prefix -> !all.contains(prefix)).forEach(all::add);
      wanted = new TrackingOptions(options.broadcast(), options.noLoop(), all);
      present.onLost();
      end(session, present);
    }
    Tracking tracking = new Tracking(session, hub, wanted);
    hub.add(tracking);
    tracking.begin();
    session.reply(spec, OK);
  }

  private static byte @Nullable [] collision(List<String> prefixes) {
    for (int i = 0; i < prefixes.size(); i++) {
      for (int j = i + 1; j < prefixes.size(); j++) {
        String one = prefixes.get(i);
        String other = prefixes.get(j);
        if (one.startsWith(other) || other.startsWith(one)) {
          return RespErrors.reply(
              "ERR Prefix '"
                  + one
                  + "' overlaps with another provided prefix '"
                  + other
                  + "'. Prefixes for a single client must not overlap.");
        }
      }
    }
    return null;
  }

  private static void end(Session session, @Nullable Tracking tracking) {
    if (tracking != null) {
      session.end(tracking);
      tracking.onEnd();
    }
  }

  private static void redirect(Session session, CommandSpec spec) {
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(16);
    RespWriter.integer(reply, session.state(Tracking.class) == null ? -1 : 0);
    session.reply(spec, reply);
  }

  private static void info(Session session, CommandSpec spec) {
    Tracking tracking = session.state(Tracking.class);
    Protocol protocol = session.protocol();
    List<String> flags = new ArrayList<>();
    List<String> prefixes = List.of();
    flags.add(tracking == null ? "off" : "on");
    if (tracking != null) {
      if (tracking.options().broadcast()) {
        flags.add("bcast");
      }
      if (tracking.options().noLoop()) {
        flags.add("noloop");
      }
      prefixes = tracking.options().prefixes().stream().sorted().toList();
    }
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(128);
    protocol.mapHeader(reply, 3);
    RespWriter.bulk(reply, "flags");
    protocol.setHeader(reply, flags.size());
    flags.forEach(flag -> RespWriter.bulk(reply, flag));
    RespWriter.bulk(reply, "redirect");
    RespWriter.integer(reply, tracking == null ? -1 : 0);
    RespWriter.bulk(reply, "prefixes");
    RespWriter.arrayHeader(reply, prefixes.size());
    prefixes.forEach(
        prefix -> RespWriter.bulk(reply, prefix.getBytes(StandardCharsets.ISO_8859_1)));
    session.reply(spec, reply);
  }
}
