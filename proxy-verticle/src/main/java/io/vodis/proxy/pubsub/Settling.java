package io.vodis.proxy.pubsub;

import java.util.ArrayList;
import java.util.List;

/**
 * The subscriptions that one change of routes asks for at other servers. It is over when each is
 * confirmed, given up or cannot be made, or when its time is.
 */
final class Settling {

  private final long deadlineNanos;
  private final List<Runnable> onOver = new ArrayList<>(1);

  /** One more than are open, until everything has been asked for. */
  private int open = 1;

  private boolean over;

  Settling(long deadlineNanos) {
    this.deadlineNanos = deadlineNanos;
  }

  void oneMore() {
    open++;
  }

  void oneLess() {
    open--;
    if (open == 0) {
      end();
    }
  }

  boolean isOver() {
    return over;
  }

  /** Has this called when it is over; it must not be. */
  void whenOver(Runnable run) {
    onOver.add(run);
  }

  void tick(long now) {
    if (now - deadlineNanos >= 0) {
      end();
    }
  }

  private void end() {
    if (!over) {
      over = true;
      List.copyOf(onOver).forEach(Runnable::run);
    }
  }
}
