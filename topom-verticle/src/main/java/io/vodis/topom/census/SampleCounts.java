package io.vodis.topom.census;

import java.util.concurrent.atomic.LongAdder;

/**
 * What the sampler has seen since the start of the process.
 *
 * @param sampled keys looked at
 * @param strays those that were on a server that does not own their slot
 */
public record SampleCounts(LongAdder sampled, LongAdder strays) {

  public SampleCounts() {
    this(new LongAdder(), new LongAdder());
  }
}
