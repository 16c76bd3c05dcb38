package io.vodis.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.session.MultiSlotRequest;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.Stop;
import java.nio.charset.StandardCharsets;

/** WATCH, on the session's own connection; the session waits for its reply. */
public final class WatchRequest extends MultiSlotRequest {

  private final WatchedKeys watched;

  /** Nothing was watched before. */
  private final boolean first;

  WatchRequest(
      Session session,
      CommandSpec spec,
      long startNanos,
      int[] slots,
      WatchedKeys watched,
      boolean first) {
    super(session, spec, startNanos, slots);
    this.watched = watched;
    this.first = first;
  }

  @Override
  protected boolean sendTo(Backend backend, int onSlot, ByteBuf from, int offset, int length) {
    if (watched.isBroken(backend.protocol())) {
      // EXEC will fail anyway.
      session().onLocalAnswer(this, Transactions.ok());
      session().unstop(Stop.OWN_CONNECTION);
      return true;
    }
    BackendConnection own = watched.connectionFor(backend);
    if (own == null) {
      byte[] refusal = backend.refusal();
      if (refusal != null) {
        onFailure(refusal);
      }
      return refusal != null;
    }
    beginOn(onSlot);
    int usual = own.owner().database();
    if (usual == backend.database()) {
      own.send(this, from, offset, length);
    } else {
      Request ignored = TransactionBlock.ignored();
      select(own, ignored, backend.database());
      own.send(this, from, offset, length);
      select(own, ignored, usual);
    }
    return true;
  }

  private void select(BackendConnection own, Request ignored, int database) {
    String text = Integer.toString(database);
    ByteBuf frame =
        Unpooled.wrappedBuffer(
            ("*2\r\n$6\r\nSELECT\r\n$" + text.length() + "\r\n" + text + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    own.send(ignored, frame, 0, frame.readableBytes());
  }

  @Override
  protected void onAnswer(ByteBuf in, int offset, int length) {
    super.onAnswer(in, offset, length);
    session().unstop(Stop.OWN_CONNECTION);
  }

  @Override
  public void onError(byte[] error) {
    if (first) {
      // Nothing is watched.
      session().end(watched);
      watched.onEnd();
    }
    super.onError(error);
    session().unstop(Stop.OWN_CONNECTION);
  }
}
