package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.model.Member;
import java.time.Duration;
import java.util.List;

/** The other members, as a proxy needs them in a store outage. */
public interface Witnessing {

  /** Members that may be named now; reads the store, may block. */
  List<Member> candidates();

  /** Asks one of them; fails if there is no answer. */
  Future<Vouched> ask(Member witness, long round, Duration length);
}
