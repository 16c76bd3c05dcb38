package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.proxy.route.RouteTable;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table in force, and the leader's messages about it. Work for a table is begun once: a
 * repeated message waits for the same end. Confined to the control verticle's context.
 */
final class TableKeeper {

  private static final Logger LOGGER = LoggerFactory.getLogger(TableKeeper.class);

  private final String incarnation;
  private final Loops loops;
  private final LongConsumer onTable;
  private final Consumer<FillSlots> kept;
  private final LongFunction<Future<Void>> acknowledging;
  private volatile long term = -1;
  private volatile long epoch = -1;
  private Future<Void> drained = Future.succeededFuture();

  /**
   * Without a table.
   *
   * @param onTable is told of the epoch of each table that is put in force
   * @param kept is given each table that a leader has sent
   * @param acknowledging is told of each epoch before it is acknowledged, and done when that may be
   */
  TableKeeper(
      String incarnation,
      Loops loops,
      LongConsumer onTable,
      Consumer<FillSlots> kept,
      LongFunction<Future<Void>> acknowledging) {
    this.incarnation = incarnation;
    this.loops = loops;
    this.onTable = onTable;
    this.kept = kept;
    this.acknowledging = acknowledging;
  }

  /** Completes when the table is in force and nothing is on its way on a replaced route. */
  Future<FillSlotsAck> onFillSlots(FillSlots message) {
    if (message.term() < term || message.epoch() < epoch) {
      return Future.failedFuture(
          BusFailure.STALE_EPOCH.asException(
              "term %d epoch %d are in force, got term %d epoch %d"
                  .formatted(term, epoch, message.term(), message.epoch())));
    }
    term = message.term();
    if (message.epoch() > epoch) {
      LOGGER.debug("table of term {} epoch {}", term, message.epoch());
      install(message);
      kept.accept(message);
    }
    Future<Void> ready = acknowledging.apply(message.epoch());
    return drained
        .compose(done -> ready)
        .map(done -> new FillSlotsAck(incarnation, message.term(), message.epoch()));
  }

  /**
   * Puts a table of an earlier process in force, unless a leader has sent one meanwhile. The term
   * is left open: any leader may confirm or replace it.
   */
  void onConfirmed(FillSlots table) {
    if (epoch < 0) {
      LOGGER.info("begins with the kept table of epoch {}, as the store confirms", table.epoch());
      install(table);
    }
  }

  /** The same, but nobody has confirmed it: there must be no permission to serve it. */
  void onKept(FillSlots table) {
    if (epoch < 0) {
      install(table);
    }
  }

  /** The store does not confirm what was kept. A table of a leader stays. */
  void discardKept() {
    if (epoch >= 0 && term < 0) {
      LOGGER.info("the kept table of epoch {} is out of date", epoch);
      epoch = -1;
      onTable.accept(epoch);
    }
  }

  private void install(FillSlots table) {
    epoch = table.epoch();
    drained = loops.install(new RouteTable(epoch, table.ranges()));
    onTable.accept(epoch);
  }

  long term() {
    return term;
  }

  long epoch() {
    return epoch;
  }
}
