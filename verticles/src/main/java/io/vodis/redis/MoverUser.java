package io.vodis.redis;

import io.vodis.model.HostAndPort;
import java.util.List;
import java.util.Optional;

/**
 * A user of a server that exists for one other server alone, which restores keys there as this
 * user.
 *
 * <p>A server that stands still in the midst of {@code MIGRATE}, or with one in its socket, goes on
 * with it when it is continued, over a new connection if it must. Only its target can refuse that.
 * So this user loses its permission before anybody else takes the source's place. It must not be
 * removed then: where others need no password, a server that cannot sign in restores as they do.
 */
public final class MoverUser {

  /** What the names of all of them begin with. */
  private static final String PREFIX = "vodis-move:";

  /** Where others need none either. */
  private static final String NO_SECRET = "vodis";

  private MoverUser() {}

  /** The user of a server. */
  public static String name(HostAndPort source) {
    return PREFIX + source;
  }

  /** Whose user that is; empty if it is not one of these. */
  public static Optional<HostAndPort> sourceOf(String user) {
    try {
      return user.startsWith(PREFIX)
          ? Optional.of(HostAndPort.parse(user.substring(PREFIX.length())))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** How the source signs in: with the password that everybody at Vodis has for the target. */
  public static Credentials credentials(HostAndPort source, Credentials others) {
    return new Credentials(
        name(source), others.password().isEmpty() ? NO_SECRET : others.password());
  }

  /** Lets the source restore keys from here on. */
  public static List<byte[]> grant(HostAndPort source, Credentials others) {
    return Replies.command(
        "ACL",
        "SETUSER",
        name(source),
        "reset",
        "on",
        ">" + credentials(source, others).password(),
        "~*",
        "+restore",
        "+restore-asking",
        "+select");
  }

  /** From here on it can sign in and do nothing, also over connections that it has. */
  public static List<byte[]> revoke(HostAndPort source, Credentials others) {
    return Replies.command(
        "ACL",
        "SETUSER",
        name(source),
        "reset",
        "on",
        ">" + credentials(source, others).password());
  }
}
