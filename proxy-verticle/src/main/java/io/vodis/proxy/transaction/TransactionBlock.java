package io.vodis.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.script.ScriptSender;
import io.vodis.resp.RespErrors;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as it is sent: in one piece, so that nothing comes between its commands on a
 * connection that others share.
 *
 * @param frame all its bytes
 * @param repliesBefore how many replies come before that of EXEC
 * @param execEnd where EXEC ends
 * @param length behind EXEC there may be a SELECT, which gives the connection its database back
 * @param scripts the SHA-1s of scripts that the server needs for it
 * @param runsScript whether a script or a function is among its commands
 */
public record TransactionBlock(
    ByteBuf frame,
    int repliesBefore,
    int execEnd,
    int length,
    List<String> scripts,
    boolean runsScript) {

  private static final byte[] ABORTED = "-EXECABORT".getBytes(StandardCharsets.US_ASCII);
  private static final ByteBuf NO_SCRIPT =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("\r\n-NOSCRIPT", StandardCharsets.US_ASCII));
  private static final byte[] NO_MULTI =
      "-ERR EXEC without MULTI".getBytes(StandardCharsets.US_ASCII);

  /** Takes replies that tell nothing, OK and QUEUED; of errors it keeps the first. */
  static final class Queueing extends Request {

    private byte @Nullable [] firstError;

    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      if (firstError == null && in.getByte(offset) == '-') {
        firstError = ByteBufUtil.getBytes(in, offset, length);
      }
    }

    /** What made the server refuse EXEC as well: the client has been told QUEUED, and not why. */
    byte @Nullable [] reasonOf(ByteBuf reply, int offset, int length) {
      byte[] error = firstError;
      return error != null && startsWith(reply, offset, length, ABORTED)
          ? aborted(new String(error, StandardCharsets.ISO_8859_1))
          : null;
    }

    @Override
    protected void onFailure(byte[] error) {
      // Likewise.
    }
  }

  /** A request whose reply nobody wants. */
  static Request ignored() {
    return new Queueing();
  }

  /** Sends the block, or a copy of it, from {@code from}; {@code exec} gets the reply of EXEC. */
  Queueing sendOn(
      BackendConnection connection, ScriptSender sender, Request exec, ByteBuf from, int offset) {
    scripts.forEach(sha1 -> sender.sendOn(connection, sha1));
    Queueing queueing = new Queueing();
    for (int i = 0; i < repliesBefore; i++) {
      connection.send(queueing, from, offset, 0);
    }
    connection.send(exec, from, offset, execEnd);
    if (length > execEnd) {
      connection.send(ignored(), from, offset + execEnd, length - execEnd);
    }
    return queueing;
  }

  /** What EXEC says to an error of its server's: one that is busy with a script has aborted it. */
  static byte[] refused(byte[] error) {
    String text = new String(error, StandardCharsets.ISO_8859_1);
    return text.startsWith("-BUSY ") ? aborted(text) : error;
  }

  private static byte[] aborted(String error) {
    return RespErrors.reply(
        "EXECABORT Transaction discarded because of: " + error.substring(1).strip());
  }

  /** Looks for scripts that the server did not have, so that they are sent again next time. */
  void checkScripts(
      @Nullable BackendConnection sentOn, ScriptSender sender, ByteBuf in, int offset, int length) {
    if (!scripts.isEmpty() && ByteBufUtil.indexOf(NO_SCRIPT, in.slice(offset, length)) >= 0) {
      sender.onMissing(sentOn);
    }
  }

  /**
   * Whether EXEC's reply leaves open if the server has left the transaction: servers before 7 may
   * refuse EXEC itself and keep the queue.
   */
  static boolean leavesOpen(ByteBuf in, int offset, int length) {
    return in.getByte(offset) == '-'
        && !startsWith(in, offset, length, ABORTED)
        && !startsWith(in, offset, length, NO_MULTI);
  }

  private static boolean startsWith(ByteBuf in, int offset, int length, byte[] prefix) {
    if (length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (in.getByte(offset + i) != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}
