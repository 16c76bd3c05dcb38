package io.vodis.proxy.groups;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.script.ScriptStore;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * EVALSHA of a script that the proxy knows. The first time on a connection, SCRIPT LOAD goes ahead
 * of it in the same stream: a group that lacks the script has it in time, and no later request of
 * the session can come before the script runs.
 */
final class ScriptRequest extends SessionRequest {

  private static final byte[] SCRIPT = "SCRIPT".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LOAD = "LOAD".getBytes(StandardCharsets.US_ASCII);

  private final ScriptStore scripts;
  private final CopyRun copies;
  private final String sha1;

  ScriptRequest(
      Session session,
      CommandSpec spec,
      long startNanos,
      ScriptStore scripts,
      CopyRun copies,
      String sha1) {
    super(session, spec, startNanos);
    this.scripts = scripts;
    this.copies = copies;
    this.sha1 = sha1;
  }

  /** The proxy's own SCRIPT LOAD; should it fail, EVALSHA says why. */
  private static final class Load extends Request {

    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      // EVALSHA comes next.
    }

    @Override
    protected void onFailure(byte[] error) {
      // EVALSHA fails with it.
    }
  }

  @Override
  protected boolean sendTo(Backend backend, int onSlot, ByteBuf from, int offset, int length) {
    BackendConnection connection = backend.acquire();
    byte[] body = scripts.body(sha1);
    if (connection != null && body != null && !scripts.isLoaded(connection, sha1)) {
      byte[] frame = GroupCalls.frame(List.of(SCRIPT, LOAD, body));
      ByteBuf bytes = RespSocket.ALLOCATOR.directBuffer(frame.length).writeBytes(frame);
      connection.send(new Load(), bytes, 0, frame.length);
      copies.end();
      bytes.release();
      scripts.loaded(connection, sha1);
    }
    return super.sendTo(backend, onSlot, from, offset, length);
  }

  @Override
  protected void onAnswer(ByteBuf in, int offset, int length) {
    if (in.getByte(offset) == '-' && in.getByte(offset + 1) == 'N') {
      scripts.forget(connection());
    }
    super.onAnswer(in, offset, length);
  }
}
