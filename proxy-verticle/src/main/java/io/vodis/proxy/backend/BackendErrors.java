package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import io.vodis.resp.RespErrors;
import java.nio.charset.StandardCharsets;

/**
 * The error replies that a failing server causes. Each says whether the command may have been
 * executed: a write of unknown fate is never sent again, so only its client can decide.
 */
public final class BackendErrors {

  private BackendErrors() {}

  /** Whether an error is one of these and says that the request has surely had no effect. */
  public static boolean saysNothingWasExecuted(byte[] error) {
    return new String(error, StandardCharsets.ISO_8859_1).contains(", nothing was executed: ");
  }

  static byte[] unavailable(HostAndPort server, String reason) {
    return RespErrors.reply(
        "ERR backend " + server + " is unavailable, nothing was executed: " + reason);
  }

  static byte[] tooManyExclusive(HostAndPort server) {
    return RespErrors.reply(
        "ERR too many clients wait or watch keys on backend "
            + server
            + ", nothing was executed: backend_max_exclusive is reached");
  }

  static byte[] lost(HostAndPort server, String reason) {
    return RespErrors.reply(
        "ERR backend " + server + " was lost, the command may have been executed: " + reason);
  }
}
