package io.vodis.testsupport.workload;

/** Which acknowledged writes may be missing, because a primary died before its replica had them. */
@FunctionalInterface
public interface LossOracle {

  /** Nothing may be missing. */
  LossOracle NOTHING = (slotId, acknowledgedNanos) -> false;

  /**
   * Whether a write to this slot may be missing.
   *
   * @param acknowledgedNanos {@link System#nanoTime()} when its reply was read
   */
  boolean mayBeLost(int slotId, long acknowledgedNanos);
}
