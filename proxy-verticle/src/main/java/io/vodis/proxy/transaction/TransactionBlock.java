package io.vodis.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import java.nio.charset.StandardCharsets;

/**
 * A transaction as it is sent: in one piece, so that nothing comes between its commands on a
 * connection that others share.
 *
 * @param frame all its bytes
 * @param repliesBefore how many replies come before that of EXEC
 * @param execEnd where EXEC ends
 * @param length behind EXEC there may be a SELECT, which gives the connection its database back
 */
public record TransactionBlock(ByteBuf frame, int repliesBefore, int execEnd, int length) {

  private static final byte[] ABORTED = "-EXECABORT".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NO_MULTI =
      "-ERR EXEC without MULTI".getBytes(StandardCharsets.US_ASCII);

  /** Takes a reply that tells nothing: OK, QUEUED, or an error that EXEC repeats. */
  private static final class Ignored extends Request {
    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      // EXEC's reply says it all.
    }

    @Override
    protected void onFailure(byte[] error) {
      // Likewise.
    }
  }

  /** A request whose reply nobody wants. */
  static Request ignored() {
    return new Ignored();
  }

  /** Sends the block, or a copy of it, from {@code from}; {@code exec} gets the reply of EXEC. */
  void sendOn(BackendConnection connection, Request exec, ByteBuf from, int offset) {
    Request ignored = new Ignored();
    for (int i = 0; i < repliesBefore; i++) {
      connection.send(ignored, from, offset, 0);
    }
    connection.send(exec, from, offset, execEnd);
    if (length > execEnd) {
      connection.send(ignored, from, offset + execEnd, length - execEnd);
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
