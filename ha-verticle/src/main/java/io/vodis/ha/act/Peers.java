package io.vodis.ha.act;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Opinion;
import io.vodis.model.HostAndPort;
import java.util.List;

/** The ha members of the product. */
public interface Peers {

  /**
   * Incarnations of all ha members that are alive according to the store, this one included.
   *
   * @throws io.vodis.store.StoreException if the store does not answer
   */
  List<String> live();

  /** What another member thinks of a server; fails soon if it does not answer. */
  Future<Opinion> ask(String incarnation, HostAndPort server);
}
