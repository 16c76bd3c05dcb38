package io.vodis.testsupport.workload;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.workload.Finding.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a stopped {@link Workload} must have left with what is there, as clients see it and
 * on the servers themselves.
 */
public final class HistoryChecker {

  private static final int BATCH = 200;

  private final Workload workload;
  private final Duration ttlTolerance;
  private final Duration standstill;
  private final String serverPassword;

  /** Servers without a password; two seconds for all that may delay a time to live. */
  public HistoryChecker(Workload workload) {
    this(workload, Duration.ofSeconds(2), Duration.ZERO, "");
  }

  /**
   * A checker.
   *
   * @param ttlTolerance by so much a time to live may differ either way
   * @param standstill by so much it may be longer still: keys carry the time that is left on their
   *     way, and servers and networks have stood still
   */
  public HistoryChecker(
      Workload workload, Duration ttlTolerance, Duration standstill, String serverPassword) {
    this.standstill = standstill;
    this.workload = workload;
    this.ttlTolerance = ttlTolerance;
    this.serverPassword = serverPassword;
  }

  /** Reads every key through one address. */
  public List<Finding> checkThrough(HostAndPort endpoint) {
    List<Finding> findings = new ArrayList<>();
    byDatabase(workload.models())
        .forEach(
            (database, models) -> {
              try (RespClient client = open(endpoint, database, workload.settings().password())) {
                check(client, models, findings);
              }
            });
    return findings;
  }

  /**
   * Reads every key on the server that owns its slot, and looks for keys elsewhere.
   *
   * @param servers all primaries
   * @param ownerOf the primary of a slot
   */
  public List<Finding> checkOnServers(List<HostAndPort> servers, IntFunction<HostAndPort> ownerOf) {
    List<Finding> findings = new ArrayList<>();
    Map<HostAndPort, List<KeyModel>> owned =
        workload.models().stream()
            .collect(Collectors.groupingBy(m -> ownerOf.apply(SlotOracle.slotOf(m.key()))));
    for (HostAndPort server : servers) {
      byDatabase(owned.getOrDefault(server, List.of()))
          .forEach(
              (database, models) -> {
                try (RespClient client = open(server, database, serverPassword)) {
                  check(client, models, findings);
                }
              });
      for (int database : workload.settings().databases()) {
        findStrays(server, database, ownerOf, findings);
      }
    }
    return findings;
  }

  private static Map<Integer, List<KeyModel>> byDatabase(List<KeyModel> models) {
    return models.stream().collect(Collectors.groupingBy(KeyModel::database));
  }

  private static RespClient open(HostAndPort endpoint, int database, String password) {
    RespClient client = RespClient.connect(endpoint, Duration.ofSeconds(30));
    if (!password.isEmpty()) {
      client.expect("AUTH", password);
    }
    client.expect("SELECT", Integer.toString(database));
    return client;
  }

  private void check(RespClient client, List<KeyModel> models, List<Finding> findings) {
    for (int i = 0; i < models.size(); i += BATCH) {
      List<KeyModel> batch = models.subList(i, Math.min(models.size(), i + BATCH));
      List<String[]> commands = new ArrayList<>();
      for (KeyModel model : batch) {
        commands.add(model.readAll());
        commands.add(new String[] {"PTTL", model.key()});
      }
      List<@Nullable Object> replies = client.pipeline(commands);
      for (int k = 0; k < batch.size(); k++) {
        Finding wrong = batch.get(k).check(replies.get(2 * k));
        if (wrong == null) {
          wrong = checkTtl(batch.get(k), replies.get(2 * k + 1));
        }
        if (wrong != null) {
          findings.add(wrong);
        }
      }
    }
  }

  private @Nullable Finding checkTtl(KeyModel model, @Nullable Object reply) {
    if (!(reply instanceof Long ttlMillis)) {
      return model.wrongType(reply);
    }
    KeyModel.Expiry expiry = model.expiry();
    Boolean exists = model.exists();
    if (model.isRetired() || exists == null) {
      return null;
    }
    if (expiry == null) {
      long expected = exists ? -1 : -2;
      return ttlMillis == expected
          ? null
          : model.finding(Kind.TTL, "expected " + expected + ", got " + ttlMillis + " ms");
    }
    long now = System.currentTimeMillis();
    long tolerance = ttlTolerance.toMillis();
    long least = expiry.earliestMillis() - now - tolerance;
    long most = expiry.latestMillis() - now + tolerance + standstill.toMillis();
    if (ttlMillis == -2) {
      return least <= 0 ? null : model.finding(Kind.LOST, "gone " + least + " ms too early");
    }
    return ttlMillis >= least && ttlMillis <= most
        ? null
        : model.finding(Kind.TTL, "expected " + least + ".." + most + ", got " + ttlMillis + " ms");
  }

  private void findStrays(
      HostAndPort server, int database, IntFunction<HostAndPort> ownerOf, List<Finding> findings) {
    Map<String, KeyModel> known = new HashMap<>();
    workload.models().stream()
        .filter(m -> m.database() == database)
        .forEach(m -> known.put(m.key(), m));
    try (RespClient client = open(server, database, serverPassword)) {
      for (String key : keysOf(client)) {
        if (known.containsKey(key) && !ownerOf.apply(SlotOracle.slotOf(key)).equals(server)) {
          findings.add(new Finding(Kind.STRAY, database, key, "is on " + server));
        }
      }
    }
  }

  private static Set<String> keysOf(RespClient client) {
    Set<String> keys = new HashSet<>();
    String cursor = "0";
    do {
      Object reply = client.expect("SCAN", cursor, "COUNT", "1000");
      if (!(reply instanceof List<?> page) || !(page.get(1) instanceof List<?> names)) {
        throw new AssertionError("unexpected reply to SCAN: " + reply);
      }
      cursor = String.valueOf(page.getFirst());
      names.forEach(name -> keys.add(String.valueOf(name)));
    } while (!cursor.equals("0"));
    return keys;
  }
}
