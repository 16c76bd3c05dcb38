package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.tracking.TrackingOptions.Mode;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CLIENT TRACKING as it was written, checked in the order and refused in the words of Redis 7.
 *
 * @param redirect the client that has to exist before anything else is complained of; 0: none
 * @param refusal what is wrong beside that; null if nothing is
 */
record TrackingRequest(
    boolean on,
    boolean broadcast,
    boolean optIn,
    boolean optOut,
    boolean noLoop,
    List<String> prefixes,
    long redirect,
    byte @Nullable [] refusal) {

  static final byte[] NO_SUCH_CLIENT =
      RespErrors.reply("ERR The client ID you want redirect to does not exist");

  private static final byte[] ONE_REDIRECT =
      RespErrors.reply("ERR A client can only redirect to a single other client");
  private static final byte[] PREFIX_NEEDS_BCAST =
      RespErrors.reply("ERR PREFIX option requires BCAST mode to be enabled");
  private static final byte[] NO_SWITCH_OF_BCAST =
      RespErrors.reply(
          "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and"
              + " then re-enabling it with a different mode.");
  private static final byte[] OPT_WITH_BCAST =
      RespErrors.reply("ERR OPTIN and OPTOUT are not compatible with BCAST");
  private static final byte[] OPTIN_AND_OPTOUT =
      RespErrors.reply("ERR You can't specify both OPTIN mode and OPTOUT mode");
  private static final byte[] NO_SWITCH_OF_OPT =
      RespErrors.reply(
          "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and"
              + " then re-enabling it with a different mode.");

  static TrackingRequest parse(ByteBuf in, RequestDecoder request) {
    boolean broadcast = false;
    boolean optIn = false;
    boolean optOut = false;
    boolean noLoop = false;
    long redirect = 0;
    List<String> prefixes = new ArrayList<>();
    byte[] refusal = null;
    for (int arg = 3; arg < request.argCount() && refusal == null; arg++) {
      boolean more = arg + 1 < request.argCount();
      switch (Args.lower(in, request, arg)) {
        case "bcast" -> broadcast = true;
        case "optin" -> optIn = true;
        case "optout" -> optOut = true;
        case "noloop" -> noLoop = true;
        case "redirect" -> {
          arg++;
          Long id = more ? Args.number(in, request, arg) : null;
          if (!more) {
            refusal = RespErrors.SYNTAX;
          } else if (redirect != 0) {
            refusal = ONE_REDIRECT;
          } else if (id == null) {
            refusal = RespErrors.NOT_AN_INTEGER;
          } else if (id == 0) {
            refusal = NO_SUCH_CLIENT;
          } else {
            redirect = id;
          }
        }
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
    String word = Args.lower(in, request, 2);
    if (refusal == null && !word.equals("on") && !word.equals("off")) {
      refusal = RespErrors.SYNTAX;
    }
    return new TrackingRequest(
        word.equals("on"),
        broadcast,
        optIn,
        optOut,
        noLoop,
        List.copyOf(prefixes),
        redirect,
        refusal);
  }

  /** Why it cannot be done for a client that tracks so at present; null if it can. */
  byte @Nullable [] refusalAfter(@Nullable TrackingOptions present) {
    if (refusal != null || !on) {
      return refusal;
    }
    if (!broadcast && !prefixes.isEmpty()) {
      return PREFIX_NEEDS_BCAST;
    }
    if (present != null && present.broadcast() != broadcast) {
      return NO_SWITCH_OF_BCAST;
    }
    if (broadcast && (optIn || optOut)) {
      return OPT_WITH_BCAST;
    }
    if (optIn && optOut) {
      return OPTIN_AND_OPTOUT;
    }
    if (present != null
        && (optIn && present.mode() == Mode.OPTOUT || optOut && present.mode() == Mode.OPTIN)) {
      return NO_SWITCH_OF_OPT;
    }
    return collision(present == null ? List.of() : present.prefixes());
  }

  private byte @Nullable [] collision(List<String> before) {
    for (int i = 0; i < prefixes.size(); i++) {
      for (String existing : before) {
        if (overlap(prefixes.get(i), existing)) {
          return overlapping(prefixes.get(i), "an existing prefix", existing);
        }
      }
      for (int j = i + 1; j < prefixes.size(); j++) {
        if (overlap(prefixes.get(i), prefixes.get(j))) {
          return overlapping(prefixes.get(i), "another provided prefix", prefixes.get(j));
        }
      }
    }
    return null;
  }

  private static boolean overlap(String one, String other) {
    return one.startsWith(other) || other.startsWith(one);
  }

  private static byte[] overlapping(String prefix, String kind, String other) {
    return RespErrors.reply(
        "ERR Prefix '"
            + prefix
            + "' overlaps with "
            + kind
            + " '"
            + other
            + "'. Prefixes for a single client must not overlap.");
  }

  /** What is asked for, with the prefixes that a client has already. */
  TrackingOptions options(@Nullable TrackingOptions present) {
    Mode mode = broadcast ? Mode.BCAST : optIn ? Mode.OPTIN : optOut ? Mode.OPTOUT : Mode.READ;
    TrackingOptions asked =
        new TrackingOptions(
            mode, noLoop, broadcast && prefixes.isEmpty() ? List.of("") : prefixes, redirect);
    return present == null ? asked : asked.withPrefixesOf(present);
  }
}
