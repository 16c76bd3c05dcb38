package io.vodis.proxy.control;

import io.vodis.bus.BusReply.Vouched;
import io.vodis.store.Witnesses;
import java.time.Duration;

/** One question to all witnesses; what they say counts from when it was asked. */
final class VouchRound {

  /** Enough of them vouch. */
  interface Carried {
    void until(long sentNanos, Duration length, int vouching);
  }

  private final Witnesses named;
  private final long sentNanos;
  private final Carried carried;
  private int vouching;
  private long leastMillis = Long.MAX_VALUE;

  VouchRound(Witnesses named, long sentNanos, Carried carried) {
    this.named = named;
    this.sentNanos = sentNanos;
    this.carried = carried;
  }

  /** Each witness answers once, and on any thread. */
  synchronized void onAnswer(Vouched answer) {
    if (answer.millis() <= 0) {
      return;
    }
    vouching++;
    leastMillis = Math.min(leastMillis, answer.millis());
    if (named.carry(vouching)) {
      carried.until(sentNanos, Duration.ofMillis(leastMillis), vouching);
    }
  }
}
