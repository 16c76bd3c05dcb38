package io.vodis.proxy.scan;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.route.RouteTable;
import io.vodis.slot.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/**
 * A product in miniature: servers whose cursors mean something to themselves only, slots that are
 * fenced, migrate key by key and fail over, and proxies that hear of it late, but never more than
 * one step behind.
 */
final class ScanWorld {

  static final int RANGES = 8;
  private static final int SLOTS_PER_RANGE = 1024 / RANGES;
  private static final int POSITIONS = 64;

  /** Keys in an order of the server's own. */
  private static final class Server {
    private final HostAndPort address;
    private final int seed;
    private final Set<String> keys = new HashSet<>();

    private Server(HostAndPort address, int seed) {
      this.address = address;
      this.seed = seed;
    }

    private int position(String key) {
      return Math.floorMod((key + seed).hashCode() * 0x9E3779B9 >>> 7, POSITIONS);
    }
  }

  private enum Phase {
    SERVED,
    FENCED,
    MIGRATING
  }

  private static final class Range {
    private Phase phase = Phase.SERVED;
    private String group;
    private String target = "";
    private long since;

    private Range(String group) {
      this.group = group;
    }
  }

  /** A proxy and the tables it has yet to hear of. */
  private static final class Proxy {
    private final SlotHistory history = new SlotHistory();
    private final ScanWalk walk = new ScanWalk(history);
    private final Deque<RouteTable> coming = new ArrayDeque<>();
  }

  private final Random random;
  private final Map<String, Server> primaries = new LinkedHashMap<>();
  private final Map<String, Long> failing = new HashMap<>();
  private final List<Range> ranges = new ArrayList<>();
  private final List<Proxy> proxies = new ArrayList<>();
  private final Set<Integer> everMoved = new HashSet<>();
  private int ports;
  private long epoch;
  boolean movesOnce;
  private boolean resting;

  ScanWorld(Random random, int groups, int proxyCount, long firstEpoch) {
    this.random = random;
    this.epoch = firstEpoch;
    for (int g = 0; g < groups; g++) {
      primaries.put("g" + g, newServer());
    }
    for (int r = 0; r < RANGES; r++) {
      ranges.add(new Range("g" + random.nextInt(Math.max(1, groups - 1))));
    }
    for (int p = 0; p < proxyCount; p++) {
      proxies.add(new Proxy());
    }
    publish();
    settle();
    resting = false;
  }

  private Server newServer() {
    ports++;
    return new Server(new HostAndPort("h" + random.nextInt(1000), 1000 + ports), random.nextInt());
  }

  private Range rangeOf(String key) {
    return ranges.get(SlotHash.slotOf(bytes(key)) / SLOTS_PER_RANGE);
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  void put(String key) {
    Range range = rangeOf(key);
    primary(range.phase == Phase.MIGRATING ? range.target : range.group).keys.add(key);
  }

  void remove(String key) {
    primaries.values().forEach(server -> server.keys.remove(key));
  }

  private Server primary(String group) {
    return Objects.requireNonNull(primaries.get(group));
  }

  private void publish() {
    epoch += 1 + random.nextInt(2);
    List<SlotRange> routes = new ArrayList<>();
    for (int r = 0; r < RANGES; r++) {
      int first = r * SLOTS_PER_RANGE;
      routes.add(new SlotRange(first, first + SLOTS_PER_RANGE - 1, route(ranges.get(r))));
    }
    RouteTable table = new RouteTable(epoch, routes);
    proxies.forEach(proxy -> proxy.coming.add(table));
  }

  private SlotRoute route(Range range) {
    HostAndPort owner = primary(range.group).address;
    if (failing.containsKey(range.group)) {
      return new SlotRoute.Fenced(owner, true);
    }
    return switch (range.phase) {
      case SERVED -> new SlotRoute.Serving(owner, List.of());
      case FENCED -> new SlotRoute.Fenced(owner, false);
      case MIGRATING ->
          failing.containsKey(range.target)
              ? new SlotRoute.Fenced(primary(range.target).address, true)
              : new SlotRoute.Migrating(owner, primary(range.target).address);
    };
  }

  /** One proxy hears of one more table, or of all. */
  void deliver() {
    Proxy proxy = proxies.get(random.nextInt(proxies.size()));
    boolean all = random.nextInt(4) == 0;
    while (!proxy.coming.isEmpty()) {
      proxy.history.install(proxy.coming.poll(), true);
      if (!all) {
        return;
      }
    }
  }

  private boolean allHaveHeardOf(long wanted) {
    return proxies.stream().allMatch(proxy -> proxy.history.table().epoch() >= wanted);
  }

  private boolean anyHasHeardOf(long wanted) {
    return proxies.stream().anyMatch(proxy -> proxy.history.table().epoch() >= wanted);
  }

  /** Something happens. */
  void happen() {
    if (resting) {
      return;
    }
    int r = random.nextInt(RANGES);
    Range range = ranges.get(r);
    switch (random.nextInt(10)) {
      case 0, 1 -> begin(r, range);
      case 2, 3, 4 -> goOn(range);
      case 5 -> failOver();
      case 6 -> put("churn" + random.nextInt(200));
      case 7 -> remove("churn" + random.nextInt(200));
      default -> deliver();
    }
  }

  private void begin(int index, Range range) {
    if (range.phase != Phase.SERVED
        || failing.containsKey(range.group)
        || movesOnce && !everMoved.add(index)) {
      return;
    }
    List<String> others = new ArrayList<>(primaries.keySet());
    others.remove(range.group);
    if (others.isEmpty()) {
      return;
    }
    range.target = others.get(random.nextInt(others.size()));
    range.phase = Phase.FENCED;
    publish();
    range.since = epoch;
  }

  private void goOn(Range range) {
    switch (range.phase) {
      case SERVED -> {}
      case FENCED -> {
        if (allHaveHeardOf(range.since)) {
          range.phase = Phase.MIGRATING;
          publish();
          range.since = epoch;
        }
      }
      case MIGRATING -> {
        if (!failing.containsKey(range.group) && !failing.containsKey(range.target)) {
          moveSome(range);
        }
      }
    }
  }

  private void moveSome(Range range) {
    if (!anyHasHeardOf(range.since)) {
      return;
    }
    Server source = primary(range.group);
    Server target = primary(range.target);
    List<String> left = source.keys.stream().filter(key -> rangeOf(key) == range).toList();
    for (String key : left) {
      if (random.nextInt(3) == 0) {
        source.keys.remove(key);
        target.keys.add(key);
      }
    }
    boolean none = source.keys.stream().noneMatch(key -> rangeOf(key) == range);
    if (none && allHaveHeardOf(range.since)) {
      range.group = range.target;
      range.phase = Phase.SERVED;
      publish();
    }
  }

  private void failOver() {
    List<String> groups = new ArrayList<>(primaries.keySet());
    String group = groups.get(random.nextInt(groups.size()));
    Long began = failing.get(group);
    if (began == null) {
      if (random.nextInt(6) == 0) {
        failing.put(group, epoch);
        publish();
        failing.put(group, epoch);
      }
    } else if (allHaveHeardOf(began)) {
      Server successor = newServer();
      successor.keys.addAll(primary(group).keys);
      primaries.put(group, successor);
      failing.remove(group);
      publish();
      // What migrates is routed anew: nothing moves before somebody has heard.
      ranges.forEach(range -> range.since = Math.max(range.since, epoch));
    }
  }

  /** Ends everything that has begun, and lets everybody hear of it; nothing happens any more. */
  void settle() {
    resting = true;
    for (int i = 0; i < 100_000 && !isSettled(); i++) {
      Range range = ranges.get(random.nextInt(RANGES));
      goOn(range);
      if (!failing.isEmpty()) {
        failOver();
      }
      deliver();
    }
    if (!isSettled()) {
      throw new AssertionError("the world does not come to rest");
    }
  }

  private boolean isSettled() {
    return failing.isEmpty()
        && ranges.stream().allMatch(range -> range.phase == Phase.SERVED)
        && proxies.stream().allMatch(proxy -> proxy.coming.isEmpty());
  }

  /** A client's SCAN through some proxy; adds what is returned and gives the next cursor. */
  long scan(long cursor, Set<String> returned) {
    Proxy proxy = proxies.get(random.nextInt(proxies.size()));
    ScanStep step = proxy.walk.next(cursor);
    return switch (step) {
      case ScanStep.Done done -> 0;
      case ScanStep.Wait wait -> {
        deliver();
        yield cursor == 0 ? -1 : cursor;
      }
      case ScanStep.Ask ask -> ask(proxy, ask, returned);
    };
  }

  private long ask(Proxy proxy, ScanStep.Ask ask, Set<String> returned) {
    Server server =
        primaries.values().stream()
            .filter(primary -> primary.address.equals(ask.server()))
            .findFirst()
            .orElse(null);
    if (server == null) {
      // It has failed; the client gets an error and asks again.
      return -2;
    }
    int from = (int) ask.serverCursor();
    int to = from + 1 + random.nextInt(POSITIONS / 4);
    List<String> page =
        server.keys.stream()
            .filter(key -> server.position(key) >= from && server.position(key) < to)
            .toList();
    // The answer is on its way while things go on.
    for (int i = random.nextInt(4); i > 0; i--) {
      happen();
    }
    for (String key : page) {
      if (proxy.walk.keeps(ask, SlotHash.slotOf(bytes(key)))) {
        returned.add(key);
      }
    }
    return proxy.walk.after(ask, to >= POSITIONS ? 0 : to);
  }
}
