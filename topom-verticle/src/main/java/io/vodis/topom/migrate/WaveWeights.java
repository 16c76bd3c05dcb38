package io.vodis.topom.migrate;

import io.vodis.lifecycle.Later;
import io.vodis.model.HostAndPort;
import io.vodis.topom.sweep.KnownKeys;
import io.vodis.topom.sweep.SweepPacing;
import io.vodis.topom.sweep.WeighedKeys;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Weighs the keys of slots that are about to be opened; where nobody is kept waiting, those of the
 * next ones while the keys of the ones before are moved. A key may grow between that and the
 * opening of its slot. Then it is moved with one call although it is big, which is as safe and
 * holds the source for longer.
 */
final class WaveWeights {

  /** Keys grow: weights that are older are taken again. */
  private static final Duration AGE_MAX = Duration.ofSeconds(5);

  private record Ahead(
      HostAndPort source, Set<Integer> slotIds, long atNanos, Later<WeighedKeys> weights) {}

  private final SlotWork work;
  private final SweepPacing pacing;
  private final Runnable requireGoingOn;
  private AtomicBoolean aheadAbandoned = new AtomicBoolean();
  private @Nullable Ahead ahead;

  /** Of one batch; {@code requireGoingOn} throws if it is to stand still. */
  WaveWeights(SlotWork work, SweepPacing pacing, Runnable requireGoingOn) {
    this.work = work;
    this.pacing = pacing;
    this.requireGoingOn = requireGoingOn;
  }

  /** Begins to weigh what will be asked for next. */
  void prepare(HostAndPort source, KnownKeys known, Set<Integer> slotIds) {
    abandon();
    if (slotIds.isEmpty() || pacing.isBusy()) {
      return;
    }
    KnownKeys.Wave wave = known.wave(slotIds);
    AtomicBoolean abandoned = new AtomicBoolean();
    Runnable step =
        () -> {
          if (abandoned.get()) {
            throw new Held("the weights are not wanted any more");
          }
          requireGoingOn.run();
        };
    aheadAbandoned = abandoned;
    ahead =
        new Ahead(
            source,
            Set.copyOf(slotIds),
            work.clock().nanoTime(),
            Later.by("topom-weigh", () -> work.migrator().weigh(source, wave, pacing, step)));
  }

  /** The weights of these keys, as they are or were a moment ago. */
  WeighedKeys of(HostAndPort source, KnownKeys known, Set<Integer> slotIds) {
    Ahead prepared = ahead;
    ahead = null;
    if (prepared != null
        && prepared.source().equals(source)
        && prepared.slotIds().equals(slotIds)
        && work.clock().nanoTime() - prepared.atNanos() < AGE_MAX.toNanos()) {
      return prepared.weights().await();
    }
    aheadAbandoned.set(true);
    return work.migrator().weigh(source, known.wave(slotIds), pacing, requireGoingOn);
  }

  /** What is prepared will not be asked for. */
  void abandon() {
    aheadAbandoned.set(true);
    ahead = null;
  }
}
