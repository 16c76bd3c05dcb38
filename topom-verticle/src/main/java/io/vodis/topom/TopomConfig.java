package io.vodis.topom;

import io.vodis.config.ByteSize;
import io.vodis.config.ConfigException;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.Doc;
import io.vodis.config.ListenAddress;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.config.Section;
import io.vodis.model.MigrationMethod;
import io.vodis.model.Topology;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.plan.MigrationWindows;
import io.vodis.topom.sweep.CodisSettings;
import io.vodis.topom.sweep.ThroughTopom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Configuration of the topom role. */
public record TopomConfig(
    @Section("Product") ProductConfig product,
    @Section("Coordinator") CoordinatorConfig coordinator,
    @Section("Log") LogConfig log,
    @Section("Admin API") Admin admin,
    @Section("Migration") Migration migration,
    @Section("Migration between codis-servers") Codis codis,
    @Section("Promotion") Promotion promotion) {

  /** Where the admin API listens and who may change things. */
  public record Admin(
      @Doc("HTTP address of the admin API, the web page and /health. Port 0: any free one.")
          String adminAddr,
      @Doc(
              value =
                  "What a caller must present to change anything. The same for every topom of the"
                      + " product. Empty: nothing can be changed over HTTP.",
              secret = true)
          String adminToken,
      @Doc("Datacenter of this process, free text, shown in lists. Empty: none.") String datacenter,
      @Doc(
              "Number of entries kept in the audit log in the store; the oldest go first. Between 1"
                  + " and 10000.")
          int auditEntriesMax) {
    public Admin {
      if (auditEntriesMax < 1 || auditEntriesMax > 10_000) {
        throw ConfigException.invalid("audit_entries_max", auditEntriesMax, "1 to 10000");
      }
      ListenAddress.parse("admin_addr", adminAddr);
    }

    @Override
    public String toString() {
      return "Admin[adminAddr="
          + adminAddr
          + ", datacenter="
          + datacenter
          + ", auditEntriesMax="
          + auditEntriesMax
          + "]";
    }
  }

  /** How slots are moved. */
  public record Migration(
      @Doc(
              "Number of slots that may be moved at once. Slots with the same source and target are"
                  + " moved together, in one pass over the source. Between 1 and 1024.")
          int migrationParallelSlots,
      @Doc(
              "How long one call that moves keys may hold a server; the number of keys per call is"
                  + " steered by it. Between 200us and 1s.")
          Duration migrationMaxBlock,
      @Doc("Time-out of a single call that moves a big key. Between 1s and 10m.")
          Duration migrationTimeout,
      @Doc(
              "A key at least this large is moved alone, in pieces, and listed with its action."
                  + " While it is being copied its reads are answered and its writes wait.")
          ByteSize migrationBigKeyBytes,
      @Doc(
              "Number of keys that are moved in pieces with one batch of slots, the largest first;"
                  + " the others are moved whole. 0: all are. Between 0 and 10000.")
          int migrationPinnedKeysMax,
      @Doc(
              "Memory for the names of keys that are about to be moved. Slots are opened a few at a"
                  + " time, and their keys moved by name; once this is used up the source has to be"
                  + " looked through again for the slots that remain. Between 1mb and 4gb.")
          ByteSize migrationKnownKeysBytes,
      @Doc(
              "A big key of a type that only its module understands is moved in one piece, which"
                  + " holds both servers; one that takes more memory than this stays where it is,"
                  + " and its slot goes on migrating until it is deleted or this is raised.")
          ByteSize migrationDumpMaxBytes,
      @Doc(
              "How long slots may be fenced at the start of a move. If a proxy has not fenced them"
                  + " by then, they are released and the move is tried again. Between 100ms and"
                  + " 1m.")
          Duration migrationFenceMax,
      @Doc("Keys moved per second from one server at most. 0: as fast as migration_max_block lets.")
          int migrationKeysPerSecond,
      @Doc(
              "When keys may be moved: HH:MM-HH:MM, several separated by commas, then perhaps a"
                  + " time zone, as in \"22:00-06:00 Europe/Berlin\" (else UTC). Outside, running"
                  + " actions stand still where it does no harm. Empty: always.")
          String migrationWindows,
      @Doc(
              "From which servers keys are moved through topom, with DUMP and RESTORE instead of"
                  + " MIGRATE: auto (those that refuse MIGRATE to us, as managed services do) or"
                  + " always (if servers cannot reach each other). It is slower, and keys of"
                  + " slots on their way that have not been moved need a topom that leads.")
          ThroughTopom migrationThroughTopom) {
    private static final int PINNED_KEYS_MAX = 10_000;
    private static final long KNOWN_KEYS_BYTES_MAX = 4L << 30;

    public Migration {
      if (migrationParallelSlots < 1 || migrationParallelSlots > Topology.SLOT_COUNT) {
        throw ConfigException.invalid(
            "migration_parallel_slots", migrationParallelSlots, "1 to " + Topology.SLOT_COUNT);
      }
      check(
          "migration_max_block",
          migrationMaxBlock,
          Duration.ofNanos(200_000),
          Duration.ofSeconds(1),
          "200us to 1s");
      check(
          "migration_timeout",
          migrationTimeout,
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          "1s to 10m");
      if (migrationBigKeyBytes.bytes() < 1024) {
        throw ConfigException.invalid(
            "migration_big_key_bytes", migrationBigKeyBytes, "1kb or more");
      }
      if (migrationPinnedKeysMax < 0 || migrationPinnedKeysMax > PINNED_KEYS_MAX) {
        throw ConfigException.invalid(
            "migration_pinned_keys_max", migrationPinnedKeysMax, "0 to " + PINNED_KEYS_MAX);
      }
      if (migrationKnownKeysBytes.bytes() < 1 << 20
          || migrationKnownKeysBytes.bytes() > KNOWN_KEYS_BYTES_MAX) {
        throw ConfigException.invalid(
            "migration_known_keys_bytes", migrationKnownKeysBytes, "1mb to 4gb");
      }
      check(
          "migration_fence_max",
          migrationFenceMax,
          Duration.ofMillis(100),
          Duration.ofMinutes(1),
          "100ms to 1m");
      if (migrationKeysPerSecond < 0) {
        throw ConfigException.invalid(
            "migration_keys_per_second", migrationKeysPerSecond, "0 or more");
      }
      try {
        MigrationWindows.parse(migrationWindows);
      } catch (IllegalArgumentException e) {
        throw ConfigException.invalid("migration_windows", migrationWindows, MigrationWindows.FORM);
      }
    }

    /** The limits that hold unless an operator says otherwise. */
    public MigrationLimits limits() {
      return MigrationLimits.configured(
          migrationParallelSlots,
          migrationMaxBlock,
          migrationKeysPerSecond,
          MigrationWindows.parse(migrationWindows));
    }
  }

  /** How slots are moved from one codis-server to another. */
  public record Codis(
      @Doc(
              "How slots are moved if source and target are codis-servers, which is found out"
                  + " before each move. sync: whole families of keys with one tag, each holding the"
                  + " source while it goes. semi-async: in the background, large keys in chunks."
                  + " Between other servers MIGRATE is used, whatever is said here.")
          String migrationMethod,
      @Doc("semi-async: a value of more items goes in chunks of so many. Between 1 and 524288.")
          int migrationAsyncMaxbulks,
      @Doc("semi-async: what the source may hold ready for the target. Between 1kb and 1gb.")
          ByteSize migrationAsyncMaxbytes,
      @Doc("semi-async: messages, so about keys, of one call. Between 1 and 100000.")
          int migrationAsyncNumkeys) {
    public Codis {
      if (!List.of("sync", "semi-async").contains(migrationMethod.toLowerCase(Locale.ROOT))) {
        throw ConfigException.invalid("migration_method", migrationMethod, "sync or semi-async");
      }
      if (migrationAsyncMaxbulks < 1 || migrationAsyncMaxbulks > 524_288) {
        throw ConfigException.invalid(
            "migration_async_maxbulks", migrationAsyncMaxbulks, "1 to 524288");
      }
      if (migrationAsyncMaxbytes.bytes() < 1024 || migrationAsyncMaxbytes.bytes() > 1L << 30) {
        throw ConfigException.invalid(
            "migration_async_maxbytes", migrationAsyncMaxbytes, "1kb to 1gb");
      }
      if (migrationAsyncNumkeys < 1 || migrationAsyncNumkeys > 100_000) {
        throw ConfigException.invalid(
            "migration_async_numkeys", migrationAsyncNumkeys, "1 to 100000");
      }
    }

    /** The same for the sweep. */
    public CodisSettings settings() {
      return new CodisSettings(
          MigrationMethod.parse(migrationMethod),
          migrationAsyncMaxbulks,
          migrationAsyncMaxbytes.bytes(),
          migrationAsyncNumkeys);
    }
  }

  /** How primaries are replaced. */
  public record Promotion(
      @Doc(
              "How long a group may be fenced in each step of a planned promotion. If it takes"
                  + " longer, the old primary serves again. Between 100ms and 1m.")
          Duration promotionFenceMax) {
    public Promotion {
      check(
          "promotion_fence_max",
          promotionFenceMax,
          Duration.ofMillis(100),
          Duration.ofMinutes(1),
          "100ms to 1m");
    }
  }

  public static TopomConfig defaults() {
    return new TopomConfig(
        ProductConfig.defaults(),
        CoordinatorConfig.defaults(),
        LogConfig.defaults(),
        new Admin("0.0.0.0:18080", "", "", 1000),
        new Migration(
            512,
            Duration.ofMillis(2),
            Duration.ofSeconds(30),
            ByteSize.ofMib(1),
            1000,
            ByteSize.ofMib(64),
            ByteSize.ofMib(64),
            Duration.ofSeconds(2),
            0,
            "",
            ThroughTopom.AUTO),
        new Codis("semi-async", 200, ByteSize.ofMib(32), 500),
        new Promotion(Duration.ofSeconds(3)));
  }

  /** The same for a process that has joined a product already. */
  TopomConfig in(ProductConfig joined, CoordinatorConfig by) {
    return new TopomConfig(joined, by, log, admin, migration, codis, promotion);
  }

  private static void check(
      String key, Duration value, Duration min, Duration max, String allowed) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw ConfigException.invalid(key, value, allowed);
    }
  }
}
