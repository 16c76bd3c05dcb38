package io.vodis.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.session.MultiSlotRequest;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.Stop;
import org.jspecify.annotations.Nullable;

/** EXEC of a transaction that the server answers alone: its reply is passed on as it comes. */
public final class ExecRequest extends MultiSlotRequest {

  private final TransactionBlock block;
  private final @Nullable WatchedKeys watched;
  private TransactionBlock.@Nullable Queueing queueing;

  ExecRequest(
      Session session,
      CommandSpec spec,
      long startNanos,
      int[] slots,
      TransactionBlock block,
      @Nullable WatchedKeys watched) {
    super(session, spec, startNanos, slots);
    this.block = block;
    this.watched = watched;
  }

  @Override
  protected boolean sendTo(Backend backend, int onSlot, ByteBuf from, int offset, int length) {
    WatchedKeys keys = watched;
    if (keys == null) {
      return super.sendTo(backend, onSlot, from, offset, length);
    }
    BackendConnection own = keys.takeConnection(backend);
    if (own == null) {
      session().onLocalAnswer(this, Transactions.nil(session().protocol()));
      onOver(false);
      return true;
    }
    beginOn(onSlot);
    announceOn(own);
    transmit(own, from, offset, length);
    return true;
  }

  @Override
  protected void transmit(BackendConnection to, ByteBuf from, int offset, int length) {
    queueing = block.sendOn(to, session().environment().scriptSender(), this, from, offset);
  }

  @Override
  protected boolean runsScript() {
    return block.runsScript();
  }

  @Override
  protected void onAnswer(ByteBuf in, int offset, int length) {
    boolean open = TransactionBlock.leavesOpen(in, offset, length);
    block.checkScripts(connection(), session().environment().scriptSender(), in, offset, length);
    byte[] reason = queueing == null ? null : queueing.reasonOf(in, offset, length);
    if (reason == null) {
      super.onAnswer(in, offset, length);
    } else {
      super.onError(reason);
    }
    onOver(open);
  }

  @Override
  public void onError(byte[] error) {
    super.onError(TransactionBlock.refused(error));
    onOver(false);
  }

  @Override
  protected void onReplyChunk(ByteBuf in, int offset, int length, boolean last) {
    super.onReplyChunk(in, offset, length, last);
    if (last) {
      onOver(false);
    }
  }

  private void onOver(boolean open) {
    WatchedKeys.afterExec(connection(), open, watched != null);
    if (watched != null) {
      watched.onEnd();
      session().unstop(Stop.OWN_CONNECTION);
    }
  }
}
