package io.vodis.proxy.dispatch;

/** Runs something when all its parts are done and no more will come. */
final class Confirmation {

  private final Runnable onAllDone;
  private int open = 1;

  Confirmation(Runnable onAllDone) {
    this.onAllDone = onAllDone;
  }

  /** One more part; it is run when that is done. */
  Runnable part() {
    open++;
    return this::complete;
  }

  /** One part is done; for whoever made this, that there are no more. */
  void complete() {
    open--;
    if (open == 0) {
      onAllDone.run();
    }
  }
}
