package io.vodis.topom.sweep;

import io.vodis.lifecycle.Later;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.redis.Credentials;
import io.vodis.redis.MoverUser;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.redis.SizeScript;
import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** One database of the server that is swept, and the commands the sweep gives it. */
final class SourceServer {

  /** Answers place and size of the keys that are at least as large as ARGV[1]. */
  private static final String SIZES_SCRIPT =
      SizeScript.BYTES_OF
          + "local sizes, big, ordinary = {0}, tonumber(ARGV[1]), 0 "
          + "for i, key in ipairs(KEYS) do "
          + "local bytes = bytes_of(key) "
          + "if bytes >= big then "
          + "sizes[#sizes + 1] = i sizes[#sizes + 1] = bytes "
          + "else ordinary = ordinary + bytes end end "
          + "sizes[1] = ordinary "
          + "return sizes";

  /** Bounds a MIGRATE of ordinary keys, which holds the whole source while its target is silent. */
  private static final Duration BATCH_TIMEOUT = Duration.ofSeconds(1);

  /** Names only: that many hold the server no longer than a few keys that are moved. */
  private static final int SCANNED_KEYS = 1000;

  private static final List<byte[]> TIME = Replies.command("TIME");

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final HostAndPort address;
  private final int database;

  SourceServer(RedisAdmin admin, MigrationSettings settings, HostAndPort address, int database) {
    this.admin = admin;
    this.settings = settings;
    this.address = address;
    this.database = database;
  }

  HostAndPort address() {
    return address;
  }

  int database() {
    return database;
  }

  /** A whole scan; while a page is worked on the next one is on its way. */
  void eachPage(MigrationTask task, Consumer<KeyPage> work) {
    Optional<Later<Reply>> fetch = Optional.of(fetch("0"));
    while (fetch.isPresent()) {
      Reply reply = fetch.get().await();
      fetch = KeyPage.cursorBehind(reply).map(this::fetch);
      work.accept(KeyPage.of(reply, task, database));
    }
  }

  private Later<Reply> fetch(String cursor) {
    return Later.by("topom-scan", () -> scan(cursor));
  }

  /** A page of the scan, without a look at the keys themselves. */
  KeyPage scan(String cursor, MigrationTask task) {
    return KeyPage.of(scan(cursor), task, database);
  }

  private Reply scan(String cursor) {
    return call(
        settings.migrationTimeout(),
        Replies.command("SCAN", cursor, "COUNT", Integer.toString(SCANNED_KEYS)));
  }

  /**
   * When a call held the server, by the server's own clock: what the network and other clients add
   * does not count.
   */
  record Held(long fromNanos, long toNanos) {

    long nanos() {
      return Math.max(0, toNanos - fromNanos);
    }
  }

  /**
   * One MIGRATE. Keys that are gone already do no harm.
   *
   * @throws RedisAdminException if any key may still be here
   */
  Held migrate(HostAndPort target, MigrationMethod method, List<MovingKey> keys, boolean big) {
    Duration timeout = big ? settings.migrationTimeout() : BATCH_TIMEOUT;
    List<byte[]> command =
        Replies.command(
            "MIGRATE",
            target.host(),
            Integer.toString(target.port()),
            "",
            Integer.toString(database),
            Long.toString(timeout.toMillis()));
    Credentials others = settings.access().credentials(target);
    Credentials signIn =
        method == MigrationMethod.REVOCABLE_MIGRATE
            ? MoverUser.credentials(address, others)
            : others;
    command.addAll(Replies.command(signIn.ofMigrate().toArray(String[]::new)));
    command.addAll(Replies.command("KEYS"));
    keys.forEach(key -> command.add(key.name()));
    // The server gives up by itself after its own time-out; ours only catches a dead server.
    List<Reply> replies =
        admin.callAll(
            address,
            database,
            timeout.multipliedBy(2).plus(settings.migrationTimeout()),
            List.of(TIME, command, TIME));
    return new Held(nanosOf(replies.getFirst()), nanosOf(replies.getLast()));
  }

  /** The answer to TIME: seconds and microseconds. */
  private static long nanosOf(Reply time) {
    List<Reply> parts = Replies.items(time);
    return Replies.number(parts.get(0), 0) * 1_000_000_000L
        + Replies.number(parts.get(1), 0) * 1_000L;
  }

  /**
   * What the keys weigh; {@link KeySizes#UNKNOWN} where the server cannot tell.
   *
   * @param perCall keys to look at with one call, while the server does nothing else
   * @param step called before each call; throws to end it
   */
  KeySizes sizes(List<MovingKey> keys, int perCall, Runnable step) {
    return sizes(keys, settings.migrationBigKeyBytes(), perCall, step);
  }

  /** Whether a key takes more than so many bytes; not, where the server cannot tell. */
  boolean isLarger(MovingKey key, long bytes) {
    return sizes(List.of(key), bytes + 1, 1, () -> {}).isBig(key);
  }

  private KeySizes sizes(List<MovingKey> keys, long bigBytesMin, int perCall, Runnable step) {
    long ordinaryBytes = 0;
    Map<MovingKey, Long> big = new LinkedHashMap<>();
    for (int from = 0; from < keys.size(); from += perCall) {
      step.run();
      List<MovingKey> some = keys.subList(from, Math.min(keys.size(), from + perCall));
      List<Reply> sizes;
      try {
        sizes = Replies.items(call(settings.migrationTimeout(), sizesOf(some, bigBytesMin)));
      } catch (RedisAdminException e) {
        if (e.kind() == RedisAdminException.Kind.REFUSED) {
          return KeySizes.UNKNOWN; // A user may be denied EVAL.
        }
        throw e;
      }
      ordinaryBytes += Replies.number(sizes.getFirst(), 0);
      for (int i = 1; i + 1 < sizes.size(); i += 2) {
        int place = (int) Replies.number(sizes.get(i), 0);
        big.put(some.get(place - 1), Replies.number(sizes.get(i + 1), 0));
      }
    }
    return new KeySizes(ordinaryBytes / Math.max(1, keys.size() - big.size()), big);
  }

  private static List<byte[]> sizesOf(List<MovingKey> keys, long bigBytesMin) {
    List<byte[]> command = Replies.command("EVAL", SIZES_SCRIPT, Integer.toString(keys.size()));
    keys.forEach(key -> command.add(key.name()));
    command.add(Long.toString(bigBytesMin).getBytes(StandardCharsets.US_ASCII));
    return command;
  }

  private Reply call(Duration timeout, List<byte[]> command) {
    return admin.call(address, database, timeout, command);
  }
}
