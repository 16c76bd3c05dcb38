package io.vodis.topom.sweep;

import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.Replies;
import io.vodis.topom.sweep.SourceServer.Held;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Looks now and then at how busy the servers of a sweep are with the work of others, and sets its
 * pace. Both count: requests to slots that move run on the target, and the source sees of them only
 * what proxies have moved first, which is the less the more the sweep is in their way.
 */
final class PaceKeeper {

  private static final Duration PERIOD = Duration.ofMillis(200);

  /** More has another reason: another wave has begun. */
  private static final long GAP_NANOS_MAX = 5_000_000;

  /** The mean of about so many counts. */
  private static final int GAP_CALLS = 16;

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final Clock clock;
  private final Supplier<SweepSpeed> speed;

  /** Of a call of the sweep: a command between two TIMEs. */
  private static final int COMMANDS_PER_READ = 3;

  /**
   * Reads rather than commands: some versions count each call of a script, some do not. Those
   * before Redis 6 count no reads.
   */
  private final LoadGauge source =
      new LoadGauge("total_reads_processed", "total_commands_processed", COMMANDS_PER_READ);

  private final Map<HostAndPort, LoadGauge> targets = new HashMap<>();
  private volatile Pace pace;
  private long nextNanos;
  private long freeSinceNanos;
  private long pausedNanos;
  private long gapNanos;

  PaceKeeper(
      RedisAdmin admin, MigrationSettings settings, Clock clock, Supplier<SweepSpeed> speed) {
    this.admin = admin;
    this.settings = settings;
    this.clock = clock;
    this.speed = speed;
    this.pace = Pace.of(speed.get().maxBlock().toNanos(), Long.MAX_VALUE);
    this.nextNanos = clock.nanoTime();
  }

  Pace pace() {
    return pace;
  }

  /**
   * The source has been asked something: some commands together, as a MIGRATE between two TIMEs,
   * are one read of it.
   */
  void onRead() {
    source.onOwn(1);
  }

  /** Keys have gone to a target with one call. */
  void onMoved(HostAndPort target, int keys) {
    onRead();
    gauge(target).onOwn(keys);
  }

  boolean isLookDue() {
    return clock.nanoTime() - nextNanos >= 0;
  }

  /** Looks at both servers, if it is time to. Nothing of the sweep's own may be under way. */
  void follow(SourceServer from, HostAndPort to) {
    if (!isLookDue()) {
      return;
    }
    long now = clock.nanoTime();
    long ops =
        Math.max(
            source.look(stats(from.address(), from.database()), now),
            gauge(to).look(stats(to, from.database()), now));
    pace = Pace.of(speed.get().maxBlock().toNanos(), ops);
    nextNanos = now + PERIOD.toNanos();
  }

  /**
   * How long to leave the source alone behind a call: by as much less as it is left alone anyway,
   * while the answer and the next call are on their way.
   */
  long pauseNanos(Pace followed, Held call) {
    long gap = call.fromNanos() - freeSinceNanos - pausedNanos;
    if (gap > 0 && gap < GAP_NANOS_MAX) {
      gapNanos += (gap - gapNanos) / GAP_CALLS;
    }
    freeSinceNanos = call.toNanos();
    pausedNanos = Math.max(0, followed.pauseNanos(call.nanos()) - gapNanos);
    return pausedNanos;
  }

  private LoadGauge gauge(HostAndPort target) {
    return targets.computeIfAbsent(target, t -> new LoadGauge("total_commands_processed"));
  }

  private String stats(HostAndPort server, int database) {
    return Replies.text(
        admin.call(
            server, database, settings.migrationTimeout(), Replies.command("INFO", "stats")));
  }
}
