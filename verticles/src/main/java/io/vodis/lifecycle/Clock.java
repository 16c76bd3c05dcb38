package io.vodis.lifecycle;

import java.time.Instant;

/** The only source of time outside the data plane's loops, so that tests can set it. */
public interface Clock {

  /** Monotonic, for durations and deadlines. */
  long nanoTime();

  /** Wall clock, for what people read. */
  Instant now();

  /** The machine's clocks. */
  Clock SYSTEM =
      new Clock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public Instant now() {
          return Instant.now();
        }
      };
}
