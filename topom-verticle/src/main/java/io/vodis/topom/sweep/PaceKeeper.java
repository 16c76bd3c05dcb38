package io.vodis.topom.sweep;

import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.Replies;
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

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final Clock clock;
  private final Supplier<SweepSpeed> speed;

  /** Reads rather than commands: some versions count each call of a script, some do not. */
  private final LoadGauge source = new LoadGauge("total_reads_processed");

  private final Map<HostAndPort, LoadGauge> targets = new HashMap<>();
  private Pace pace;
  private long nextNanos;

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

  /** Looks at both servers, if it is time to. */
  void follow(SourceServer from, HostAndPort to) {
    long now = clock.nanoTime();
    if (now - nextNanos < 0) {
      return;
    }
    long ops =
        Math.max(
            source.look(stats(from.address(), from.database()), now),
            gauge(to).look(stats(to, from.database()), now));
    pace = Pace.of(speed.get().maxBlock().toNanos(), ops);
    nextNanos = now + PERIOD.toNanos();
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
