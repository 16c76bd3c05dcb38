package io.vodis.proxy.groups;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.script.ScriptSender;
import io.vodis.proxy.session.MultiSlotRequest;
import io.vodis.proxy.session.Session;

/** EVALSHA of a script that the proxy knows: a server that may lack it is sent it first. */
final class ScriptRequest extends MultiSlotRequest {

  private final ScriptSender sender;
  private final String sha1;

  ScriptRequest(
      Session session,
      CommandSpec spec,
      long startNanos,
      int[] slots,
      ScriptSender sender,
      String sha1) {
    super(session, spec, startNanos, slots);
    this.sender = sender;
    this.sha1 = sha1;
  }

  @Override
  protected boolean sendTo(Backend backend, int onSlot, ByteBuf from, int offset, int length) {
    BackendConnection connection = backend.acquire();
    if (connection != null) {
      sender.sendOn(connection, sha1);
    }
    return super.sendTo(backend, onSlot, from, offset, length);
  }

  @Override
  protected void onAnswer(ByteBuf in, int offset, int length) {
    if (in.getByte(offset) == '-' && in.getByte(offset + 1) == 'N') {
      sender.onMissing(connection());
    }
    super.onAnswer(in, offset, length);
  }
}
