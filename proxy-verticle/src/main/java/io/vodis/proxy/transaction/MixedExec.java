package io.vodis.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.RoutedRequest;
import io.vodis.proxy.fanout.ReplyItems;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Replay;
import io.vodis.proxy.session.RequestHandler;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * EXEC of a transaction of which the proxy answers a part. The session has no other request
 * unanswered and is stopped. When the server has executed its part, the elements of its reply and
 * those of the proxy follow one another; if it has not, the proxy does nothing either.
 */
public final class MixedExec extends RoutedRequest {

  private final SessionRequest place;
  private final OpenTransaction transaction;
  private final TransactionBlock block;
  private final @Nullable WatchedKeys watched;
  private final RequestHandler handler;
  private final int[] slots;
  private TransactionBlock.@Nullable Queueing queueing;

  MixedExec(
      SessionRequest place,
      OpenTransaction transaction,
      TransactionBlock block,
      @Nullable WatchedKeys watched,
      RequestHandler handler) {
    super(place.session());
    this.place = place;
    this.transaction = transaction;
    this.block = block;
    this.watched = watched;
    this.handler = handler;
    this.slots = transaction.slots().stream().toArray();
  }

  @Override
  protected boolean sendTo(Backend backend, int onSlot, ByteBuf from, int offset, int length) {
    WatchedKeys keys = watched;
    if (keys == null) {
      return super.sendTo(backend, onSlot, from, offset, length);
    }
    BackendConnection own = keys.takeConnection(backend);
    if (own == null) {
      answer(Transactions.nil(place.session().protocol()));
      return true;
    }
    beginOn(onSlot);
    announceOn(own);
    transmit(own, from, offset, length);
    return true;
  }

  @Override
  protected void transmit(BackendConnection to, ByteBuf from, int offset, int length) {
    queueing = block.sendOn(to, place.session().environment().scriptSender(), this, from, offset);
  }

  @Override
  protected void began(Dispatcher dispatcher, int onSlot) {
    for (int slot : slots) {
      super.began(dispatcher, slot);
    }
  }

  @Override
  protected void ended(Dispatcher dispatcher, int routedIn) {
    for (int slot : slots) {
      endedOn(dispatcher, slot, routedIn);
    }
  }

  @Override
  protected boolean runsScript() {
    return block.runsScript();
  }

  @Override
  protected void onAnswer(ByteBuf in, int offset, int length) {
    BackendConnection sentOn = connection();
    boolean open = TransactionBlock.leavesOpen(in, offset, length);
    block.checkScripts(sentOn, place.session().environment().scriptSender(), in, offset, length);
    List<byte[]> elements = ReplyItems.of(in, offset, length);
    ByteBuf head = RespSocket.ALLOCATOR.directBuffer(Math.max(16, length));
    byte[] reason = queueing == null ? null : queueing.reasonOf(in, offset, length);
    if (reason != null) {
      head.writeBytes(reason);
    } else if (elements == null) {
      head.writeBytes(in, offset, length);
    } else if (elements.size() != transaction.serverCount()) {
      head.writeBytes(
          RespErrors.reply("ERR the server answered EXEC with another number of replies"));
    } else {
      RespWriter.arrayHeader(head, transaction.count());
      place
          .session()
          .begin(
              new Replay(place.session(), handler, transaction.elements(place.spec(), elements)));
    }
    WatchedKeys.afterExec(sentOn, open, watched != null);
    answer(head);
  }

  @Override
  protected void onError(byte[] error) {
    place.onError(TransactionBlock.refused(error));
    onOver();
  }

  private void answer(ByteBuf reply) {
    place.session().onLocalAnswer(place, reply);
    onOver();
  }

  private void onOver() {
    transaction.onEnd();
    if (watched != null) {
      watched.onEnd();
    }
    place.session().unstop(Stop.OWN_CONNECTION);
  }
}
