package io.vodis.topom.sweep;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How much a server does for others than the sweep, from one of the counters of its INFO: what the
 * counter grew by between two looks, less what the sweep itself has asked for. An average that the
 * server keeps would not do: it lags behind the sweep's own changes of speed.
 */
final class LoadGauge {

  private final String field;
  private final String otherField;
  private final int otherOwn;
  private long lastCount = -1;
  private long lastNanos;
  private final AtomicLong own = new AtomicLong();

  /** A gauge of the INFO field of that name. */
  LoadGauge(String field) {
    this(field, field, 1);
  }

  /**
   * A gauge of the first of two fields that the server has.
   *
   * @param otherOwn how much the second grows by for each that the sweep adds to the first
   */
  LoadGauge(String field, String otherField, int otherOwn) {
    this.field = field + ":";
    this.otherField = otherField + ":";
    this.otherOwn = otherOwn;
  }

  /** The sweep has added that much to the counter itself. */
  void onOwn(long count) {
    own.addAndGet(count);
  }

  /**
   * Operations per second of others since the last look; {@link Long#MAX_VALUE} at the first one, 0
   * if the server has no such counter.
   */
  long look(String info, long nowNanos) {
    Long count = counter(info, field);
    long ours = own.getAndSet(0);
    if (count == null) {
      count = counter(info, otherField);
      ours *= otherOwn;
    }
    if (count == null) {
      return 0;
    }
    long others = Math.max(0, count - lastCount - ours);
    long seconds = Math.max(1, nowNanos - lastNanos);
    long rate =
        lastCount < 0 || count < lastCount
            ? Long.MAX_VALUE
            : (long) (others * 1_000_000_000.0 / seconds);
    lastCount = count;
    lastNanos = nowNanos;
    return rate;
  }

  private static @Nullable Long counter(String info, String field) {
    int start = info.indexOf(field);
    if (start < 0) {
      return null;
    }
    int end = info.indexOf('\r', start);
    return Long.valueOf(
        info.substring(start + field.length(), end < 0 ? info.length() : end).trim());
  }
}
