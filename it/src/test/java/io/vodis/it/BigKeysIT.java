package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.slot.SlotHash;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A large hash and a large string move while clients use them and their neighbours. As many clients
 * of a server that has no part in it show how long this machine makes anybody wait; what the others
 * wait longer is the move's.
 */
class BigKeysIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(BigKeysIT.class);
  private static final int FIELDS = Integer.getInteger("vodis.it.big_hash_fields", 60_000);
  private static final int STRING_MB = Integer.getInteger("vodis.it.big_string_mb", 16);
  private static final int STALL_MILLIS = Integer.getInteger("vodis.it.big_key_stall_ms", 1000);
  private static final Duration MOVE_TIMEOUT = Duration.ofMinutes(5);
  private static final String HASH = "{t}hash";
  private static final String TEXT = "{t}text";
  private static final int PIECE = 1 << 20;

  @Test
  void otherKeysFeelNothingAndNoWriteIsLost() throws Exception {
    // The garbage of the clients here is not to hold up a proxy.
    ClusterPlan plan = ClusterPlan.small().inChildren(JavaProcess.LIGHT, Role.TOPOM, Role.PROXY);
    try (VodisCluster cluster = VodisCluster.start(plan);
        RedisProcess bystander = RedisProcess.start()) {
      // Given
      HostAndPort proxy = cluster.proxies().getFirst();
      int slot = SlotHash.slotOf(HASH.getBytes(StandardCharsets.UTF_8));
      int from = cluster.topology().slot(slot).groupId();
      int to = from == 1 ? 2 : 1;
      fill(proxy);
      List<User> users = new ArrayList<>();
      users.add(User.start(cluster.proxies().getLast(), HASH, "HINCRBY", HASH, "counter", "1"));
      users.add(User.start(proxy, "{t}neighbour", "INCR", "{t}neighbour"));
      for (int i = 0; i < 4; i++) {
        users.add(User.start(proxy, "elsewhere-" + i, "INCR", "elsewhere-" + i));
      }
      List<User> control = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        control.add(User.start(bystander.address(), "control-" + i, "INCR", "control-" + i));
      }
      List<RedisProcess> servers = List.of(cluster.server(from, 0), cluster.server(to, 0));
      servers.forEach(BigKeysIT::noteSlowCommands);

      // When
      long start = System.nanoTime();
      cluster.migrateAndAwait(slot, slot, to, MOVE_TIMEOUT);
      long took = System.nanoTime() - start;

      // Then
      for (User user : users) {
        user.stop();
        LOGGER.info("{}", user);
      }
      long machineMillis = 0;
      for (User user : control) {
        user.stop();
        machineMillis = Math.max(machineMillis, user.worstMillis());
      }
      LOGGER.info("nobody's request took longer than {} ms for the machine alone", machineMillis);
      servers.forEach(BigKeysIT::tellSlowCommands);
      LOGGER.info(
          "a hash of {} fields and a string of {} MB moved in {} ms",
          FIELDS,
          STRING_MB,
          took / 1_000_000);
      assertEverythingIsThere(proxy, users);
      assertThat(cluster.server(from, 0).call("EXISTS", HASH, TEXT)).isEqualTo(0L);
      assertThat(cluster.server(to, 0).call("EXISTS", HASH, TEXT)).isEqualTo(2L);
      assertThat(String.valueOf(cluster.server(to, 0).call("KEYS", "__vodis*"))).isEqualTo("[]");
      for (User user : users.subList(1, users.size())) {
        assertThat(user.worstMillis())
            .as("%s, the machine alone %d ms", user, machineMillis)
            .isLessThan(STALL_MILLIS + machineMillis);
      }
    }
  }

  private static void noteSlowCommands(RedisProcess server) {
    server.call("CONFIG", "SET", "slowlog-log-slower-than", "50000");
    server.call("SLOWLOG", "RESET");
  }

  /** What has held a server, so that a stall can be laid at the right door. */
  private static void tellSlowCommands(RedisProcess server) {
    if (server.call("SLOWLOG", "GET", "20") instanceof List<?> entries) {
      for (Object entry : entries) {
        String text = String.valueOf(entry);
        LOGGER.info(
            "{} was held: {}", server.address(), text.substring(0, Math.min(160, text.length())));
      }
    }
  }

  private static void fill(HostAndPort proxy) {
    try (RespClient client = RespClient.connect(proxy)) {
      for (int i = 0; i < FIELDS; ) {
        List<String> command = new ArrayList<>(List.of("HSET", HASH));
        for (int end = Math.min(FIELDS, i + 1000); i < end; i++) {
          command.add("field-" + i);
          command.add("the value of field " + i);
        }
        client.expect(command.toArray(String[]::new));
      }
      String piece = "x".repeat(PIECE);
      for (int i = 0; i < STRING_MB; i++) {
        client.expect("APPEND", TEXT, piece);
      }
    }
  }

  private static void assertEverythingIsThere(HostAndPort proxy, List<User> users) {
    try (RespClient client = RespClient.connect(proxy)) {
      User counter = users.getFirst();
      assertThat(client.expectNumber("HLEN", HASH)).isEqualTo(FIELDS + 1L);
      assertThat(client.expectText("HGET", HASH, "counter"))
          .isEqualTo(Long.toString(counter.acknowledged));
      assertThat(client.expectText("HGET", HASH, "field-" + (FIELDS - 1)))
          .isEqualTo("the value of field " + (FIELDS - 1));
      assertThat(client.expectNumber("STRLEN", TEXT)).isEqualTo((long) STRING_MB * PIECE);
      for (User user : users.subList(1, users.size())) {
        assertThat(client.expectText("GET", user.key))
            .as(user.key)
            .isEqualTo(Long.toString(user.acknowledged));
        assertThat(user.refused).as(user.key).isZero();
      }
    }
  }

  /** Counts up in one key, one request after the other, and notes how long the slowest took. */
  private static final class User {
    private final String key;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile long acknowledged;
    private volatile long refused;
    private volatile long worstNanos;
    private volatile String unexpected = "";

    private User(HostAndPort proxy, String key, String... command) {
      this.key = key;
      this.thread = Thread.ofPlatform().daemon().unstarted(() -> run(proxy, command));
    }

    static User start(HostAndPort proxy, String key, String... command) {
      User user = new User(proxy, key, command);
      user.thread.start();
      return user;
    }

    private void run(HostAndPort proxy, String... command) {
      try (RespClient client = RespClient.connect(proxy, Duration.ofSeconds(30))) {
        while (!stopping) {
          long start = System.nanoTime();
          Object reply = client.call(command);
          worstNanos = Math.max(worstNanos, System.nanoTime() - start);
          if (reply instanceof Long) {
            acknowledged = acknowledged + 1;
          } else if (reply instanceof RespError error && error.message().startsWith("TRYAGAIN")) {
            refused = refused + 1;
          } else {
            unexpected = String.valueOf(reply);
            return;
          }
        }
      }
    }

    void stop() throws InterruptedException {
      stopping = true;
      thread.join();
      assertThat(unexpected).as(key).isEmpty();
    }

    long worstMillis() {
      return worstNanos / 1_000_000;
    }

    @Override
    public String toString() {
      return "%s: %d acknowledged, %d to try again, slowest %d ms"
          .formatted(key, acknowledged, refused, worstMillis());
    }
  }
}
