package io.vodis.testsupport.workload;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What one writer has done, by number. The numbers of a key are those that leave the same rest when
 * divided by the number of keys.
 */
final class SequenceHistory {

  private final int keys;
  private final BitSet acknowledged = new BitSet();
  private long[] firstOfBatch = new long[1024];
  private long[] batchNanos = new long[1024];
  private int batches;

  SequenceHistory(int keys) {
    this.keys = keys;
  }

  void onBatchBegins(long firstNumber) {
    if (batches == firstOfBatch.length) {
      firstOfBatch = Arrays.copyOf(firstOfBatch, batches * 2);
      batchNanos = Arrays.copyOf(batchNanos, batches * 2);
    }
    firstOfBatch[batches] = firstNumber;
    batches++;
  }

  /** The batch counts as acknowledged with its last reply. */
  void onReply(long nowNanos) {
    batchNanos[batches - 1] = nowNanos;
  }

  void onAcknowledged(long number) {
    acknowledged.set(Math.toIntExact(number));
  }

  boolean isAcknowledged(long number) {
    return acknowledged.get(Math.toIntExact(number));
  }

  long acknowledgedNanos(long number) {
    int found = Arrays.binarySearch(firstOfBatch, 0, batches, number);
    return batchNanos[found >= 0 ? found : -found - 2];
  }

  /** The acknowledged numbers of the key of {@code last}, from {@code first}, in order. */
  long[] ofKey(long first, long last) {
    long[] numbers = new long[Math.toIntExact(Math.max(0, (last - first) / keys + 1))];
    int n = 0;
    for (long number = last - (last - first) / keys * keys; number <= last; number += keys) {
      if (isAcknowledged(number)) {
        numbers[n++] = number;
      }
    }
    return Arrays.copyOf(numbers, n);
  }
}
