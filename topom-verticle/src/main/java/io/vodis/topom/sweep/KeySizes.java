package io.vodis.topom.sweep;

import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the keys of a page weigh.
 *
 * @param ordinaryBytes mean size of those that are not big; 0 if there are none
 * @param big the big ones and their sizes
 */
record KeySizes(long ordinaryBytes, Map<MovingKey, Long> big) {

  /** Nothing is known: keys are taken to be of a size that makes batches small. */
  static final KeySizes UNKNOWN = new KeySizes(1 << 12, Map.of());

  /** Keys that fit a batch whose transfer is short whatever else the servers do. */
  private static final long LIGHT_BATCH_BYTES = 64 << 10;

  KeySizes {
    big = Collections.unmodifiableMap(new LinkedHashMap<>(big));
  }

  boolean isBig(MovingKey key) {
    return big.containsKey(key);
  }

  /**
   * How many keys a batch may always have. Below that a call takes as long as its way to the target
   * and the target's other work, and more and smaller calls only hold the source more often.
   */
  int lightBatchKeys(int keysMax) {
    return (int) Math.clamp(LIGHT_BATCH_BYTES / Math.max(1, ordinaryBytes), 1, keysMax);
  }
}
