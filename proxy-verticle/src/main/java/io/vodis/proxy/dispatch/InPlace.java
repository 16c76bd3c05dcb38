package io.vodis.proxy.dispatch;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.Lane;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.migrate.WrapperReply;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests that run on the source of a migrating slot as long as their key is there: those with one
 * key, between codis-servers that move it in the background, so that a large value can be used
 * while it is on its way. All others have their keys moved first.
 *
 * <p>Nothing is executed here that might remove its key. An attempt to move it may have been broken
 * off and have left a copy on the target; as long as the source has the key, that copy is of no
 * account, and the next attempt replaces it. Were the key removed from the source, it would count.
 */
final class InPlace {

  private static final byte[] WRAPPER =
      "SLOTSMGRT-EXEC-WRAPPER".getBytes(StandardCharsets.US_ASCII);

  /** So often it is tried again at once while its key is being sent; then with every tick. */
  private static final int EAGER_TRIES = 5;

  private final Dispatcher dispatcher;
  private final BackendPool pool;
  private final CopyRun copies;

  /** Waiting for the transfer of their key to end. */
  private final List<RoutedRequest> refused = new ArrayList<>();

  InPlace(Dispatcher dispatcher, BackendPool pool, CopyRun copies) {
    this.dispatcher = dispatcher;
    this.pool = pool;
    this.copies = copies;
  }

  /** Whether the request is to be tried on the source, now or later. */
  static boolean concerns(SlotRoute route, RoutedRequest request, Parked parked) {
    return route instanceof SlotRoute.Migrating moving
        && moving.method() == MigrationMethod.SEMI_ASYNC
        && !moving.returning()
        && !request.isGoneFromSource
        && parked.keys().size() == 1
        && parked.keys().getFirst().database() == Lane.database(parked.lane())
        && Lane.protocol(parked.lane()) == Protocol.RESP2
        && parked.frame().getByte(parked.frame().readerIndex()) == '*'
        && !request.origin.isPrivate()
        && request.keepsItsKey(argCount(parked.frame()));
  }

  /** Tries it, unless that is being done or has to wait. */
  void run(HostAndPort source, RoutedRequest request, int slot) {
    if (request.sourceCall != null || request.waitsForTransfer) {
      return;
    }
    Parked parked = Dispatcher.parkedOf(request);
    Backend backend = pool.server(source).lane(parked.lane());
    BackendConnection connection = backend.acquire();
    if (connection == null) {
      // Tried again with the next look at the queue, until its time is over.
      return;
    }
    SourceCall call = new SourceCall(this, request, slot, dispatcher.board().generation());
    request.sourceCall = call;
    dispatcher.board().began(slot);
    ByteBuf frame = wrapped(parked.keys().getFirst(), parked.frame());
    connection.send(call, frame, 0, frame.readableBytes());
    copies.end();
    frame.release();
  }

  private static int argCount(ByteBuf frame) {
    int start = frame.readerIndex() + 1;
    int end = frame.indexOf(start, frame.writerIndex(), (byte) '\r');
    return Integer.parseInt(frame.toString(start, end - start, StandardCharsets.US_ASCII));
  }

  /** The frame of a request as arguments of the wrapper. */
  static ByteBuf wrapped(Key key, ByteBuf frame) {
    int end = frame.indexOf(frame.readerIndex(), frame.writerIndex(), (byte) '\n');
    ByteBuf out = RespSocket.ALLOCATOR.directBuffer(frame.readableBytes() + key.length() + 64);
    RespWriter.arrayHeader(out, argCount(frame) + 2);
    RespWriter.bulk(out, WRAPPER);
    RespWriter.bulk(out, key.toBytes());
    out.writeBytes(frame, end + 1, frame.writerIndex() - end - 1);
    return out;
  }

  void onReply(SourceCall call, int code, ByteBuf in, int offset, int length) {
    RoutedRequest request = call.request();
    request.sourceCall = null;
    switch (code) {
      case WrapperReply.EXECUTED -> {
        dispatcher.leaveQueue(request, call.slot());
        request.onReply(in, offset, length);
      }
      case WrapperReply.UNDER_WAY -> {
        request.sourceTries++;
        if (request.sourceTries >= EAGER_TRIES) {
          request.waitsForTransfer = true;
          refused.add(request);
        }
      }
      default ->
          // It is moved, or has to run where an error is said in the usual words.
          request.isGoneFromSource = true;
    }
    ended(call);
  }

  void onFailure(SourceCall call, byte[] error) {
    call.request().sourceCall = null;
    dispatcher.leaveQueue(call.request(), call.slot());
    call.request().onFailure(error);
    ended(call);
  }

  private void ended(SourceCall call) {
    dispatcher.runSoon(call.slot());
    dispatcher.board().ended(call.slot(), call.generation());
  }

  /** Those that were refused may be tried again. */
  void tick() {
    refused.forEach(request -> request.waitsForTransfer = false);
    refused.clear();
  }
}
