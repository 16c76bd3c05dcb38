package io.vodis.testsupport;

import io.vodis.lifecycle.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock that stands still until a test advances it. */
public final class ManualClock implements Clock {

  private long nanos;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Instant now() {
    return now;
  }

  public synchronized void advance(Duration duration) {
    nanos += duration.toNanos();
    now = now.plus(duration);
  }
}
