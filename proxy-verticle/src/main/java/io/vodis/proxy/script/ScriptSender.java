package io.vodis.proxy.script;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Sends SCRIPT LOAD ahead of what needs a script, in the same stream, the first time on a
 * connection: a server that lacks it has it in time, and nothing comes in between.
 */
public final class ScriptSender {

  private static final byte[] SCRIPT = "SCRIPT".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LOAD = "LOAD".getBytes(StandardCharsets.US_ASCII);

  private final ScriptStore scripts;
  private final CopyRun copies;

  /** Sends what {@code scripts} knows. */
  public ScriptSender(ScriptStore scripts, CopyRun copies) {
    this.scripts = scripts;
    this.copies = copies;
  }

  /** The proxy's own SCRIPT LOAD; should it fail, what needs the script says why. */
  private static final class Load extends Request {

    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      // What needs the script comes next.
    }

    @Override
    protected void onFailure(byte[] error) {
      // What needs the script fails with it.
    }
  }

  /** Whether the script of that SHA-1, in lower case, is known here. */
  public boolean knows(String sha1) {
    return scripts.body(sha1) != null;
  }

  /** Sends the script, unless it has been sent on this connection before or is not known. */
  public void sendOn(BackendConnection connection, String sha1) {
    byte[] body = scripts.body(sha1);
    if (body == null || scripts.isLoaded(connection, sha1)) {
      return;
    }
    ByteBuf frame = RespSocket.ALLOCATOR.directBuffer(body.length + 64);
    RespWriter.arrayHeader(frame, 3);
    RespWriter.bulk(frame, SCRIPT);
    RespWriter.bulk(frame, LOAD);
    RespWriter.bulk(frame, body);
    connection.send(new Load(), frame, 0, frame.readableBytes());
    copies.end();
    frame.release();
    scripts.loaded(connection, sha1);
  }

  /** A server lacked a script that it was given on this connection: somebody has flushed them. */
  public void onMissing(@Nullable BackendConnection connection) {
    scripts.forget(connection);
  }
}
