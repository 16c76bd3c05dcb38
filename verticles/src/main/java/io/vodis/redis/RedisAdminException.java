package io.vodis.redis;

import io.vodis.lifecycle.VodisException;
import io.vodis.model.HostAndPort;
import org.jspecify.annotations.Nullable;

/** A server that could not be reached, did not answer in time, or answered with an error. */
public class RedisAdminException extends VodisException {

  private static final long serialVersionUID = 1L;

  /** What is known of the command's fate. */
  public enum Kind {
    /** Not connected: the command was not sent. */
    UNREACHABLE,
    /** Sent, no answer: it may have been executed. */
    NO_ANSWER,
    /** The server refused with an error reply; {@link #getMessage()} ends with its words. */
    REFUSED
  }

  private final HostAndPort server;
  private final Kind kind;

  public RedisAdminException(
      HostAndPort server, Kind kind, String message, @Nullable Throwable cause) {
    super(server + ": " + message, cause);
    this.server = server;
    this.kind = kind;
  }

  public HostAndPort server() {
    return server;
  }

  public Kind kind() {
    return kind;
  }
}
