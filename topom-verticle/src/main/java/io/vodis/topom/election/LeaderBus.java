package io.vodis.topom.election;

import io.vertx.core.Future;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.BusReply.Released;
import io.vodis.bus.BusReply.RequestCounts;
import io.vodis.bus.ProxyCommand.CountRequests;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.bus.TopomCommand;
import io.vodis.model.Member;
import io.vodis.store.Witnesses;
import java.util.function.Function;

/** The bus as the leader needs it. */
public interface LeaderBus {

  /** Sends a proxy its table; fails if it is refused or not answered in time. */
  Future<FillSlotsAck> sendTable(Member proxy, FillSlots table);

  /** Asks a member whether a proxy may be passed over; fails if it does not answer in time. */
  Future<Released> askWitness(Member witness, Witnesses named);

  /** Asks a proxy how many requests each slot has had; fails if it is not answered in time. */
  Future<RequestCounts> countRequests(Member proxy, CountRequests question);

  /**
   * Takes the commands to the leader until the result is closed, each on a thread of its own where
   * {@code handler} may block. What it throws refuses the command.
   */
  Serving serve(Function<TopomCommand, BusReply> handler);

  /** Commands are being taken. */
  interface Serving extends AutoCloseable {
    @Override
    void close();
  }
}
