package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vodis.proxy.route.RouteTable;
import java.util.List;

/** All data loops of the process, as the control side sees them. */
public interface Loops {

  /** Puts a table in force on every loop; completes when no request is on a replaced route. */
  Future<Void> install(RouteTable table);

  /** Every loop may serve until then, by {@link System#nanoTime()}; the past fences all. */
  void leaseEndsAt(long nanos);

  /** Requests of each slot since the start, of each loop; they overflow. */
  Future<List<int[]>> requestsBySlot();

  /** Says in a few words why the proxy serves or does not. */
  void serving(String words);
}
