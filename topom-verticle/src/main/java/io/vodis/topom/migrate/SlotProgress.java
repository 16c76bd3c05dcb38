package io.vodis.topom.migrate;

import io.vodis.lifecycle.Clock;
import io.vodis.topom.sweep.MigrationProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the sweep of one batch has done so far, for those who look on. */
final class SlotProgress implements MigrationProgress {

  private static final int BIG_KEYS_MAX = 100;
  private static final int ENOUGH_KEYS = 100;

  private final Clock clock;
  private final long startNanos;
  private final LongAdder movedByAllBatches;
  private final Map<Integer, Long> movedKeys = new ConcurrentHashMap<>();
  private final Map<Integer, Set<String>> bigKeys = new ConcurrentHashMap<>();
  private final LongAdder moved = new LongAdder();
  private volatile long scannedKeys;
  private volatile long totalKeys;
  private volatile long expectedKeys;

  SlotProgress(Clock clock, LongAdder movedByAllBatches) {
    this.clock = clock;
    this.startNanos = clock.nanoTime();
    this.movedByAllBatches = movedByAllBatches;
  }

  @Override
  public void onMoved(int slotId, int keys) {
    movedKeys.merge(slotId, (long) keys, Long::sum);
    moved.add(keys);
    movedByAllBatches.add(keys);
  }

  @Override
  public void onBigKey(int slotId, byte[] key, long bytes) {
    bigKeys.compute(
        slotId,
        (id, known) -> {
          Set<String> names = known == null ? new LinkedHashSet<>() : new LinkedHashSet<>(known);
          if (names.size() < BIG_KEYS_MAX) {
            names.add(printable(key));
          }
          return names;
        });
  }

  @Override
  public void onScanned(long scanned, long total) {
    scannedKeys = scanned;
    totalKeys = total;
  }

  /** About so many keys will have been moved in the end, those moved so far not counted. */
  void onSurveyed(long keys) {
    expectedKeys = moved.sum() + keys;
  }

  long movedKeys(int slotId) {
    return movedKeys.getOrDefault(slotId, 0L);
  }

  List<String> bigKeys(int slotId) {
    return new ArrayList<>(bigKeys.getOrDefault(slotId, Set.of()));
  }

  double keysPerSecond() {
    double seconds = (clock.nanoTime() - startNanos) / 1e9;
    return seconds < 0.001 ? 0 : moved.sum() / seconds;
  }

  /** The rate, if enough keys were moved to speak of one. */
  OptionalDouble measuredKeysPerSecond() {
    return moved.sum() >= ENOUGH_KEYS ? OptionalDouble.of(keysPerSecond()) : OptionalDouble.empty();
  }

  /**
   * By how many of the expected keys are moved; if that is not known, or reached, by how much of
   * the present pass is done. A proving pass takes a fraction of it.
   */
  @Nullable Duration eta() {
    long expected = expectedKeys;
    long known = moved.sum();
    boolean byKeys = known > 0 && known < expected;
    long scanned = byKeys ? known : scannedKeys;
    long total = byKeys ? expected : totalKeys;
    if (scanned <= 0 || total <= 0) {
      return null;
    }
    double share = Math.min(1, scanned / (double) total);
    long elapsed = clock.nanoTime() - startNanos;
    return Duration.ofNanos((long) (elapsed * (1 - share) / share)).plusMillis(999);
  }

  static String printable(byte[] key) {
    StringBuilder text = new StringBuilder();
    for (char c : new String(key, StandardCharsets.ISO_8859_1).toCharArray()) {
      if (c > ' ' && c < 127 && c != '\\') {
        text.append(c);
      } else {
        text.append("\\x%02x".formatted((int) c));
      }
    }
    return text.toString();
  }
}
