package io.vodis.topom.sweep;

/**
 * What the sweeps of one batch have learned of their servers; kept from one to the next, so that
 * none of them starts slowly.
 */
public final class SweepPacing {

  private final BatchSizer sizer = new BatchSizer();
  private final KeyRate rate = new KeyRate();
  private final PaceKeeper keeper;

  SweepPacing(PaceKeeper keeper) {
    this.keeper = keeper;
  }

  /** Whether clients were at work on the servers when they were looked at last. */
  public boolean isBusy() {
    return keeper.pace().isBusy();
  }

  BatchSizer sizer() {
    return sizer;
  }

  KeyRate rate() {
    return rate;
  }

  PaceKeeper keeper() {
    return keeper;
  }
}
