package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply;
import io.vodis.bus.TopomCommand.MoveKeys;
import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** Asks the leading topom to move keys. */
@FunctionalInterface
public interface TopomKeyMoves {

  /** There is nobody to ask. */
  TopomKeyMoves NONE =
      (source, target, database, keys) -> Future.failedFuture("not a member of a product yet");

  /** The places of those that are left; fails if nothing is known, also for want of an answer. */
  Future<List<Integer>> move(
      HostAndPort source, HostAndPort target, int database, List<byte[]> keys);

  /**
   * Over the bus.
   *
   * @param timeout how long to wait for the answer
   * @param replicaWait how long topom waits until a replica of the source knows of a move
   */
  static TopomKeyMoves over(Vertx vertx, String product, Duration timeout, Duration replicaWait) {
    return (source, target, database, keys) ->
        BusClient.request(
                vertx,
                Addresses.TOPOM,
                Addresses.TOPOM.in(product),
                new MoveKeys(
                    source,
                    target,
                    database,
                    keys.stream().map(Base64.getEncoder()::encodeToString).toList(),
                    replicaWait.toMillis()),
                timeout,
                BusReply.KeysMoved.class)
            .map(BusReply.KeysMoved::left);
  }
}
