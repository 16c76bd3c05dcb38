package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.slot.SlotHash;
import io.vodis.testsupport.FakeRedis;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.SlotOracle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Codis's tools ask a proxy, over plain servers and over some that are codis-servers. */
class CodisHabitsIT extends OnTwoServers {

  private static final int KEYS = 3000;

  private RespClient client;

  @Override
  ProxyConfig config(ProxyConfig defaults) {
    return Planes.withServer(defaults, Planes.addressing(defaults.server()));
  }

  @BeforeEach
  void connect() {
    client = planes.client();
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  private static int slotOf(String key) {
    return SlotHash.slotOf(key.getBytes(StandardCharsets.UTF_8));
  }

  private void fill() {
    List<String[]> commands = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      commands.add(new String[] {"SET", "key:" + i, "v"});
    }
    assertThat(client.pipeline(commands)).containsOnly("OK");
  }

  private static Map<Integer, Long> expected(int firstSlot, int lastSlot) {
    Map<Integer, Long> counts = new TreeMap<>();
    for (int i = 0; i < KEYS; i++) {
      int slot = slotOf("key:" + i);
      if (slot >= firstSlot && slot <= lastSlot) {
        counts.merge(slot, 1L, Long::sum);
      }
    }
    return counts;
  }

  private static Map<Integer, Long> counts(List<?> reply) {
    Map<Integer, Long> counts = new TreeMap<>();
    for (Object entry : reply) {
      List<?> pair = (List<?>) entry;
      counts.put(Math.toIntExact((Long) pair.get(0)), (Long) pair.get(1));
    }
    return counts;
  }

  @Test
  void keysAreHashedAsByItsServers() {
    assertThat(client.call("SLOTSHASHKEY", "a", "{a}b", "x{}y", "x{y", ""))
        .isEqualTo(
            List.of(
                (long) slotOf("a"),
                (long) slotOf("a"),
                (long) slotOf("x{}y"),
                (long) slotOf("x{y"),
                0L));
    assertThat(client.call("SLOTSHASHKEY")).isEqualTo(List.of());
  }

  @Test
  void theMappingShowsServersMovesAndReplicas() throws Exception {
    HostAndPort replica = new HostAndPort("127.0.0.9", 7000);
    planes
        .install(
            List.of(
                new SlotRange(0, 0, new SlotRoute.Serving(lower.address(), List.of(replica))),
                new SlotRange(1, 1, new SlotRoute.Migrating(lower.address(), upper.address())),
                new SlotRange(2, 2, SlotRoute.OFFLINE),
                new SlotRange(3, 3, new SlotRoute.Fenced(upper.address(), false)),
                new SlotRange(4, 1023, Planes.serving(upper.address()))))
        .await(10, TimeUnit.SECONDS);
    String low = lower.address().toString();
    String up = upper.address().toString();

    assertThat(raw("SLOTSMAPPING", "0"))
        .isEqualTo("*4\r\n+0\r\n+" + low + "\r\n+\r\n*1\r\n*1\r\n+127.0.0.9:7000\r\n");
    assertThat(raw("SLOTSMAPPING", "1"))
        .isEqualTo("*4\r\n+1\r\n+" + up + "\r\n+" + low + "\r\n*-1\r\n");
    assertThat(raw("SLOTSMAPPING", "2")).isEqualTo("*4\r\n+2\r\n+\r\n+\r\n*-1\r\n");
    assertThat(raw("SLOTSMAPPING", "3")).isEqualTo("*4\r\n+3\r\n+" + up + "\r\n+\r\n*-1\r\n");
    List<?> all = client.expectList("SLOTSMAPPING");
    assertThat(all).hasSize(Topology.SLOT_COUNT);
    assertThat(all.get(1023)).isEqualTo(Arrays.asList("1023", up, "", null));
    assertThat(client.call("SLOTSMAPPING", "1024"))
        .isEqualTo(new RespError("ERR parse slotnum '1024' failed, out of range"));
    assertThat(client.call("SLOTSMAPPING", "1", "2"))
        .isEqualTo(new RespError("ERR wrong number of arguments for 'SLOTSMAPPING' command"));
    client.expect("HELLO", "3");
    assertThat(raw("SLOTSMAPPING", "2")).isEqualTo("*4\r\n+2\r\n+\r\n+\r\n_\r\n");
  }

  private String raw(String... command) {
    client.send(command);
    client.flush();
    return client.receiveRaw();
  }

  @Test
  void keysAreCountedOnServersThatDoNotCountThem() {
    fill();
    assertThat(counts(client.expectList("SLOTSINFO", lower.address().toString())))
        .isEqualTo(expected(0, 511));
    assertThat(counts(client.expectList("SLOTSINFO", upper.address().toString())))
        .isEqualTo(expected(512, 1023));
    assertThat(counts(client.expectList("SLOTSINFO"))).isEqualTo(expected(0, 1023));
    client.expect("SELECT", "1");
    assertThat(client.call("SLOTSINFO")).isEqualTo(List.of());
    client.expect("SET", "key", "v");
    assertThat(client.call("SLOTSINFO")).isEqualTo(List.of(List.of((long) slotOf("key"), 1L)));
    assertThat(client.call("SLOTSINFO", "127.0.0.1:1"))
        .isEqualTo(new RespError("ERR backend server '127.0.0.1:1' not found"));
    assertThat(client.call("SLOTSINFO", "0", "1024"))
        .isEqualTo(new RespError("ERR wrong number of arguments for 'SLOTSINFO' command"));
  }

  /** Counts begun before a write must not be the answer to a question asked after it. */
  @Test
  void whoAsksWhileAnotherIsAnsweredSeesHisOwnWrites() {
    fill();
    try (RespClient other = planes.client()) {
      for (int i = 0; i < 20; i++) {
        other.send("SLOTSINFO");
        other.flush();
        String key = "more:" + i;
        client.expect("SET", key, "v");
        long before = expected(0, 1023).getOrDefault(slotOf(key), 0L);
        assertThat(counts(client.expectList("SLOTSINFO")).get(slotOf(key))).isGreaterThan(before);
        other.receive();
      }
    }
  }

  @Test
  void aSlotIsScannedToItsEnd() {
    fill();
    Map<Integer, Set<String>> bySlot = new TreeMap<>();
    for (int i = 0; i < KEYS; i++) {
      bySlot.computeIfAbsent(slotOf("key:" + i), s -> new HashSet<>()).add("key:" + i);
    }
    for (int slot : List.of(0, 3, 511, 512, 1023)) {
      assertThat(scanned(slot)).as("slot %d", slot).isEqualTo(bySlot.getOrDefault(slot, Set.of()));
      assertThat(scanned(slot, "COUNT", "1"))
          .as("slot %d", slot)
          .isEqualTo(bySlot.getOrDefault(slot, Set.of()));
    }
  }

  private Set<String> scanned(int slot, String... options) {
    Set<String> keys = new HashSet<>();
    String cursor = "0";
    do {
      List<String> command = new ArrayList<>(List.of("SLOTSSCAN", "" + slot, cursor));
      command.addAll(List.of(options));
      List<?> page = client.expectList(command.toArray(String[]::new));
      cursor = (String) page.get(0);
      ((List<?>) page.get(1)).forEach(key -> keys.add((String) key));
    } while (!cursor.equals("0"));
    return keys;
  }

  /** Keys that move from page to page are found where they are. */
  @Test
  void aSlotIsScannedWhileItMoves() throws Exception {
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      String key = "{" + SlotOracle.keyIn(3, "m") + "}" + i;
      client.expect("SET", key, "v");
      keys.add(key);
    }
    fill();
    List<?> first = client.expectList("SLOTSSCAN", "3", "0", "COUNT", "1");
    assertThat(first.get(0)).isNotEqualTo("0");
    install(new SlotRoute.Fenced(lower.address(), false, List.of(upper.address())));
    install(new SlotRoute.Migrating(lower.address(), upper.address()));
    int moved = 0;
    for (String key : keys) {
      if (moved++ % 2 == 0) {
        client.expect("APPEND", key, "x");
      }
    }
    Set<String> found = new HashSet<>();
    String cursor = (String) first.get(0);
    do {
      List<?> page = client.expectList("SLOTSSCAN", "3", cursor, "COUNT", "5");
      cursor = (String) page.get(0);
      ((List<?>) page.get(1)).forEach(key -> found.add((String) key));
    } while (!cursor.equals("0"));
    assertThat(found).containsAll(keys);
    assertThat(counts(client.expectList("SLOTSINFO")).get(3))
        .isEqualTo(keys.size() + expected(3, 3).getOrDefault(3, 0L));
  }

  private void install(SlotRoute low) throws Exception {
    planes
        .install(
            List.of(
                new SlotRange(0, 511, low),
                new SlotRange(512, 1023, Planes.serving(upper.address()))))
        .await(10, TimeUnit.SECONDS);
  }

  @Test
  void aWrongScanIsRefusedInItsWords() {
    Map<String, String> refused =
        Map.of(
            "SLOTSSCAN", "ERR wrong number of arguments for 'SLOTSSCAN' command",
            "SLOTSSCAN 1", "ERR wrong number of arguments for 'SLOTSSCAN' command",
            "SLOTSSCAN 1 0 COUNT", "ERR wrong number of arguments for 'slotsscan' command",
            "SLOTSSCAN 1024 0", "ERR parse slotnum '1024' failed, out of range",
            "SLOTSSCAN x 0",
                "ERR parse slotnum 'x' failed, strconv.ParseInt: parsing \"x\": invalid syntax",
            "SLOTSSCAN 1 x", "ERR invalid cursor",
            "SLOTSSCAN 1 0 MATCH *", "ERR syntax error",
            "SLOTSSCAN 1 0 COUNT x", "ERR value is not an integer or out of range",
            "SLOTSSCAN 1 0 COUNT 0", "ERR syntax error",
            "SLOTSSCAN 1 0 COUNT 99999999999", "ERR value is out of range");
    refused.forEach(
        (command, error) ->
            assertThat(client.call(command.split(" ")))
                .as(command)
                .isEqualTo(new RespError(error)));
  }

  @Test
  void pingAndInfoReachAServerByItsAddress() {
    String address = upper.address().toString();
    assertThat(client.call("PING", address)).isEqualTo("PONG");
    assertThat(client.call("PING", address, "hello")).isEqualTo("hello");
    assertThat(client.expectText("INFO", address)).contains("tcp_port:" + upper.address().port());
    assertThat(client.expectText("INFO", address, "memory"))
        .contains("used_memory:")
        .doesNotContain("tcp_port");
    assertThat(client.call("PING", "127.0.0.1:1"))
        .isEqualTo(new RespError("ERR backend server '127.0.0.1:1' not found"));
    assertThat(client.call("PING", "hello")).isEqualTo("hello");
    assertThat(client.expectText("INFO", "proxy")).contains("# Proxy");
    client.expect("HELLO", "3");
    assertThat(raw("INFO", address, "memory")).startsWith("=").contains("txt:# Memory");
  }

  @Test
  void withoutTheSwitchAnAddressIsATextLikeAnyOther() throws Exception {
    try (Planes plain = Planes.start(1)) {
      plain.installHalves(lower.address(), upper.address());
      try (RespClient usual = plain.client()) {
        String address = lower.address().toString();
        assertThat(usual.call("PING", address)).isEqualTo(address);
        assertThat(usual.expectText("INFO", address)).isEmpty();
      }
    }
  }

  @Test
  void theOthersOfItsCommandsAreNotForClients() {
    assertThat(client.call("SLOTSDEL", "1"))
        .isEqualTo(new RespError("NOPERM command 'slotsdel' is not allowed through this proxy"));
    assertThat(client.call("SLOTSMGRTTAGONE-ASYNC", "h", "1", "1", "1", "1", "k"))
        .isEqualTo(
            new RespError(
                "NOPERM command 'slotsmgrttagone-async' is not allowed through this proxy"));
  }

  @Test
  void inATransactionTheyAreAnsweredInTheirPlaces() {
    client.expect("MULTI");
    client.expect("SET", "key", "v");
    client.expect("SLOTSHASHKEY", "key");
    client.expect("SLOTSINFO");
    assertThat(client.call("EXEC"))
        .isEqualTo(
            List.of(
                "OK", List.of((long) slotOf("key")), List.of(List.of((long) slotOf("key"), 1L))));
  }

  @Test
  void aServerThatKnowsItsCommandsIsAskedWithThem() throws Exception {
    try (FakeRedis server = FakeRedis.start()) {
      String inSlot = SlotOracle.keyIn(9, "k");
      server.on(
          "COMMAND",
          new FakeRedis.Answer.Bytes(
              "*1\r\n*6\r\n$9\r\nslotsinfo\r\n:-1\r\n*1\r\n+readonly\r\n:0\r\n:0\r\n:0\r\n"));
      server.on("SLOTSINFO", new FakeRedis.Answer.Bytes("*1\r\n*2\r\n:9\r\n:4\r\n"));
      server.on(
          "SLOTSSCAN",
          asked ->
              new FakeRedis.Answer.Bytes(
                  asked.arguments().equals(List.of("SLOTSSCAN", "9", "0", "COUNT", "1"))
                      ? "*2\r\n$1\r\n6\r\n*1\r\n$" + inSlot.length() + "\r\n" + inSlot + "\r\n"
                      : "*2\r\n$1\r\n0\r\n*0\r\n"));
      planes.installAll(Planes.serving(server.address()));

      assertThat(client.call("SLOTSINFO", server.address().toString()))
          .isEqualTo(List.of(List.of(9L, 4L)));
      assertThat(client.call("SLOTSINFO")).isEqualTo(List.of(List.of(9L, 4L)));
      List<?> page = client.expectList("SLOTSSCAN", "9", "0", "COUNT", "1");
      assertThat(page.get(1)).isEqualTo(List.of(inSlot));
      assertThat(client.call("SLOTSSCAN", "9", (String) page.get(0), "COUNT", "1"))
          .isEqualTo(List.of("0", List.of()));
      assertThat(server.received().stream().map(FakeRedis.Received::arguments))
          .contains(List.of("SLOTSSCAN", "9", "6", "COUNT", "1"));
    }
  }
}
