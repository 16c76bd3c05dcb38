package io.vodis.proxy.stats;

import io.vodis.proxy.backend.BackendView;
import io.vodis.proxy.dispatch.WaitView;
import java.util.List;

/**
 * One loop at one moment, as a value that other loops may read.
 *
 * @param sessions how many there are
 * @param epoch of the table in force; -1 if there is none
 * @param leased whether the loop may serve
 */
public record LoopSnapshot(
    LoopStats stats,
    LoopRates rates,
    int sessions,
    List<BackendView> backends,
    WaitView waiting,
    ListenerView listeners,
    long epoch,
    boolean leased) {

  public LoopSnapshot {
    backends = List.copyOf(backends);
  }

  /** The command figures of all loops together. */
  public static LoopStats sum(List<LoopSnapshot> loops) {
    LoopStats sum = new LoopStats(loops.get(0).stats().commandCount());
    loops.forEach(loop -> loop.stats().addTo(sum));
    return sum;
  }
}
