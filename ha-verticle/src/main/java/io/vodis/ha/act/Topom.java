package io.vodis.ha.act;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Accepted;
import io.vodis.bus.TopomCommand.FailoverGroup;

/** The leader, as this role needs it. */
public interface Topom {

  /** Asks for a failover; fails if it is refused or not answered soon. */
  Future<Accepted> failover(FailoverGroup command);
}
