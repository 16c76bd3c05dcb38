package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import io.vodis.resp.RespErrors;

/**
 * The error replies that a failing server causes. Each says whether the command may have been
 * executed: a write of unknown fate is never sent again, so only its client can decide.
 */
final class BackendErrors {

  private BackendErrors() {}

  static byte[] unavailable(HostAndPort server, String reason) {
    return RespErrors.reply(
        "ERR backend " + server + " is unavailable, nothing was executed: " + reason);
  }

  static byte[] lost(HostAndPort server, String reason) {
    return RespErrors.reply(
        "ERR backend " + server + " was lost, the command may have been executed: " + reason);
  }
}
