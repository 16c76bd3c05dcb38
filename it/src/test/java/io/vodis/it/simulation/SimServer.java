package io.vodis.it.simulation;

import io.vodis.it.simulation.SimReply.Failure;
import io.vodis.model.HostAndPort;
import io.vodis.redis.ServerStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A server as far as the product needs one: strings, WATCH, SCAN, CLIENT, replication, and MIGRATE,
 * which holds it until the target has answered or the time is over. One command at a time.
 */
final class SimServer {

  /** What a character of a heavy key's value stands for. */
  static final long HEAVY_BYTES = 64 << 10;

  private static final Object LATER = new Object();
  private static final Set<String> WRITES =
      Set.of("APPEND", "DEL", "UNLINK", "RESTORE", "MIGRATE", "HMSET", "HDEL", "SET", "RENAME");
  private static final Failure READ_ONLY =
      new Failure("READONLY You can't write against a read only replica.");
  private static final int PAGE = 3;

  /** How often a WAIT looks whether a replica has all. */
  private static final long ACKNOWLEDGED = 2 * Simulation.MILLI;

  private record Call(SimConnection connection, List<String> arguments) {}

  private final Simulation simulation;
  private final Network network;
  private final World world;
  private final HostAndPort address;
  private final SimProcess process;
  private final NavigableMap<String, String> data = new TreeMap<>();
  private final Map<Long, SimConnection> clients = new TreeMap<>();
  private final Deque<Call> calls = new ArrayDeque<>();
  private final Map<String, String> cursors = new HashMap<>();
  private final SimMigrate migrating;
  private final SimUsers users;

  /** Those that are in a WAIT, and what they have sent behind it. */
  private final Map<SimConnection, Deque<Call>> waiting = new LinkedHashMap<>();

  /** What was written, for replicas; the offset is its length. */
  private final List<List<String>> log = new ArrayList<>();

  private final Map<SimServer, Network.Link> replicas = new LinkedHashMap<>();

  /** What a transaction that is being executed has changed; null if there is none. */
  private @Nullable List<List<String>> together;

  private @Nullable SimServer upstream;
  private boolean linkUp;
  private boolean linkWasUp;
  private String history;
  private String formerHistory = "";
  private int histories;
  private boolean down;
  private int following;
  private int starts;
  private long lastClientId;
  private long lastCursor;
  private long seenInTerm;

  SimServer(
      Simulation simulation,
      Network network,
      World world,
      HostAndPort address,
      SimUsers.Kind users) {
    this.simulation = simulation;
    this.network = network;
    this.world = world;
    this.address = address;
    this.history = address + "/" + histories;
    this.process = new SimProcess(simulation, address.toString());
    this.migrating = new SimMigrate(this, simulation, network, world);
    this.users = new SimUsers(users, world.broken(Rule.PERMISSIONS_ARE_TAKEN_BACK));
  }

  String place() {
    return address.toString();
  }

  HostAndPort address() {
    return address;
  }

  SimProcess process() {
    return process;
  }

  boolean isPrimary() {
    return upstream == null;
  }

  int offset() {
    return log.size();
  }

  @Nullable String value(String key) {
    return data.get(key);
  }

  String valueOrEmpty(String key) {
    return data.getOrDefault(key, "");
  }

  boolean isDown() {
    return down;
  }

  /** It dies; connections break, what it has written is safe. */
  void crash() {
    down = true;
    new ArrayList<>(clients.values()).forEach(SimConnection::closeThere);
    clients.clear();
    calls.clear();
    migrating.crash();
    waiting.clear();
    replicas.values().forEach(Network.Link::drop);
    replicas.clear();
    linkUp = false;
  }

  void restart() {
    down = false;
    starts++;
    users.read();
    calls.clear();
    SimServer primary = upstream;
    if (primary != null) {
      upstream = null;
      follow(primary);
    }
  }

  void accepted(SimConnection connection) {
    if (down) {
      connection.closeThere();
      return;
    }
    connection.id = ++lastClientId;
    clients.put(connection.id, connection);
  }

  void gone(SimConnection connection) {
    // What it had sent before is in the queue already, and is executed.
    calls.addLast(new Call(connection, List.of("SIM.GONE")));
    work();
  }

  void receive(SimConnection connection, List<String> arguments) {
    if (!down) {
      calls.addLast(new Call(connection, arguments));
      work();
    }
  }

  void work() {
    while (!migrating.isUnderWay() && !down && !calls.isEmpty()) {
      Call call = calls.removeFirst();
      if (call.connection().isClosedThere()) {
        waiting.remove(call.connection());
        continue;
      }
      Deque<Call> behind = waiting.get(call.connection());
      if (behind != null && !call.arguments().get(0).equals("SIM.GONE")) {
        behind.addLast(call);
        continue;
      }
      Object reply = execute(call.connection(), call.arguments());
      if (reply != LATER) {
        call.connection().reply(reply);
      }
    }
  }

  private Object execute(SimConnection by, List<String> call) {
    simulation.note(call.hashCode());
    String name = call.get(0).toUpperCase(Locale.ROOT);
    if (name.equals("SIM.GONE")) {
      clients.remove(by.id);
      waiting.remove(by);
      by.closeThere();
      return LATER;
    }
    by.command =
        name.equals("CLIENT")
            ? "client|" + call.get(1).toLowerCase(Locale.ROOT)
            : name.toLowerCase(Locale.ROOT);
    boolean refused = WRITES.contains(name) && !isPrimary();
    List<List<String>> transaction = by.transaction;
    if (transaction != null && !name.equals("EXEC")) {
      by.aborted |= refused;
      transaction.add(call);
      return refused ? READ_ONLY : new SimReply.Status("QUEUED");
    }
    if (refused) {
      return READ_ONLY;
    }
    if (!name.equals("PING") && !name.startsWith("SIM.")) {
      simulation.detail(() -> place() + " " + by.id + " " + by.name + ": " + call);
    }
    return switch (name) {
      case "PING" -> new SimReply.Status("PONG");
      case "SELECT" -> SimReply.OK;
      case "AUTH" -> users.signIn(by, call);
      case "ACL" -> users.acl(call);
      case "COMMAND" ->
          world.describesCommands ? users.describe(call) : new Failure("ERR unknown command");
      case "CONFIG" -> {
        users.write();
        yield SimReply.OK;
      }
      case "TIME" -> List.of(Long.toString(simulation.now() / 1_000_000_000L), "0");
      case "GET" -> orNone(data.get(call.get(1)));
      case "APPEND" -> append(by, call);
      case "DEL", "UNLINK" -> delete(by, call);
      case "HMSET" -> setFields(call);
      case "HDEL" -> deleteFields(call);
      case "HGET" ->
          orNone(world.broken(Rule.PROOFS_COUNT) ? null : fields(call.get(1)).get(call.get(2)));
      case "WAIT" -> await(by, call);
      case "EXISTS" -> data.containsKey(call.get(1)) ? 1L : 0L;
      case "EVAL" -> sizes(call);
      case "TYPE" -> new SimReply.Status(data.containsKey(call.get(1)) ? "string" : "none");
      case "STRLEN" -> data.getOrDefault(call.get(1), "").length() * HEAVY_BYTES;
      case "GETRANGE" -> range(call);
      case "SET" -> {
        write(List.of("SET", call.get(1), call.get(2)));
        yield SimReply.OK;
      }
      case "PTTL" -> data.containsKey(call.get(1)) ? -1L : -2L;
      case "PERSIST" -> 0L;
      case "RENAME" -> rename(call);
      case "RANDOMKEY" -> SimReply.NONE;
      case "ROLE" -> role(by);
      case "INFO" ->
          "# All\r\nrun_id:%s\r\ntotal_reads_processed:1\r\ntotal_commands_processed:1\r\n"
                  .formatted(runId())
              + "errorstat_IOERR:count=%d\r\n".formatted(migrating.failed());
      case "WATCH" -> {
        by.watched.add(call.get(1));
        yield SimReply.OK;
      }
      case "UNWATCH" -> {
        by.watched.clear();
        by.dirty = false;
        yield SimReply.OK;
      }
      case "MULTI" -> {
        by.transaction = new ArrayList<>();
        yield SimReply.OK;
      }
      case "EXEC" -> exec(by);
      case "SCAN" -> scan(call.get(1));
      case "CLIENT" -> client(by, call);
      case "RESTORE" -> restore(by, call);
      case "MIGRATE" -> migrate(by, call);
      case "REPLICAOF" -> replicaOf(by, call);
      case "SIM.STATUS" -> {
        if (isPrimary()) {
          seenInTerm = Math.max(seenInTerm, termOf(by));
        }
        yield status();
      }
      default -> new Failure("ERR unknown command '" + name + "'");
    };
  }

  private List<?> role(SimConnection by) {
    SimServer from = upstream;
    if (from != null) {
      String link = linkUp ? "connected" : "connect";
      return List.of("slave", from.address.host(), (long) from.address.port(), link, 0L);
    }
    if (replicas.isEmpty() && by.name.contains(":pull:")) {
      world.waitedInVain = true; // Whoever hears that there is none does not wait at all.
    }
    return List.of(
        "master",
        (long) offset(),
        replicas.keySet().stream()
            .map(replica -> List.of(replica.address.host(), "" + replica.address.port(), "0"))
            .toList());
  }

  private static Object orNone(@Nullable String value) {
    return value == null ? SimReply.NONE : value;
  }

  private Object append(SimConnection by, List<String> call) {
    String key = call.get(1);
    world.history.executed(this, by.name, key, call.get(2));
    world.checkExecutor(this, by.name, key);
    String value = data.getOrDefault(key, "") + call.get(2);
    write(List.of("SET", key, value));
    return (long) value.length();
  }

  /** A hash is kept as one string, so that everything else need not know of it. */
  private Map<String, String> fields(String key) {
    Map<String, String> fields = new TreeMap<>();
    for (String field : data.getOrDefault(key, "").split(",")) {
      if (!field.isEmpty()) {
        fields.put(field.split("=")[0], field.split("=")[1]);
      }
    }
    return fields;
  }

  private Object setFields(List<String> call) {
    Map<String, String> fields = fields(call.get(1));
    for (int i = 2; i < call.size(); i += 2) {
      fields.put(call.get(i), call.get(i + 1));
    }
    write(List.of("SET", call.get(1), text(fields)));
    world.onProofs.accept(this);
    return SimReply.OK;
  }

  private Object deleteFields(List<String> call) {
    Map<String, String> fields = fields(call.get(1));
    long deleted =
        call.subList(2, call.size()).stream().filter(f -> fields.remove(f) != null).count();
    if (deleted > 0) {
      write(
          fields.isEmpty()
              ? List.of("DEL", call.get(1), "")
              : List.of("SET", call.get(1), text(fields)));
    }
    return deleted;
  }

  private static String text(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> field.getKey() + "=" + field.getValue())
        .collect(Collectors.joining(","));
  }

  /** The one script that the product has for servers: what of these keys is big. */
  private Object sizes(List<String> call) {
    if (!world.hasHeavyKeys) {
      return new Failure("NOPERM this user may not run scripts");
    }
    long ordinary = 0;
    List<Object> big = new ArrayList<>();
    int count = Integer.parseInt(call.get(2));
    for (int place = 1; place <= count; place++) {
      String key = call.get(2 + place);
      long bytes = data.getOrDefault(key, "").length() * (world.isHeavy(key) ? HEAVY_BYTES : 1);
      if (bytes >= Long.parseLong(call.get(3 + count))) {
        big.add((long) place);
        big.add(bytes);
      } else {
        ordinary += bytes;
      }
    }
    big.addFirst(ordinary);
    return big;
  }

  private Object range(List<String> call) {
    String value = data.getOrDefault(call.get(1), "");
    long from = Math.min(value.length(), Long.parseLong(call.get(2)) / HEAVY_BYTES);
    long end = Math.min(value.length(), (Long.parseLong(call.get(3)) + 1) / HEAVY_BYTES);
    return value.substring((int) from, (int) end);
  }

  private Object rename(List<String> call) {
    String value = data.get(call.get(1));
    if (value == null) {
      return new Failure("ERR no such key");
    }
    world.bigKeysMoved++;
    write(List.of("SET", call.get(2), value));
    write(List.of("DEL", call.get(1), ""));
    return SimReply.OK;
  }

  private Object await(SimConnection by, List<String> call) {
    waiting.put(by, new ArrayDeque<>());
    long deadline = simulation.now() + Long.parseLong(call.get(2)) * Simulation.MILLI;
    awaitReplica(by, offset(), deadline);
    return LATER;
  }

  private void awaitReplica(SimConnection by, int wanted, long deadline) {
    if (!waiting.containsKey(by) || down) {
      return;
    }
    long have = replicas.keySet().stream().filter(replica -> replica.offset() >= wanted).count();
    if (have == 0 && simulation.now() < deadline) {
      process.after(ACKNOWLEDGED, () -> awaitReplica(by, wanted, deadline));
      return;
    }
    if (have == 0) {
      world.waitedInVain = true;
    }
    Deque<Call> behind = Objects.requireNonNull(waiting.remove(by));
    by.reply(have);
    while (!behind.isEmpty()) {
      calls.addFirst(behind.removeLast());
    }
    work();
  }

  private Object delete(SimConnection by, List<String> call) {
    String key = call.get(1);
    boolean was = data.containsKey(key);
    if (isOfClients(by)) {
      world.checkExecutor(this, by.name, key);
    }
    if (was) {
      write(List.of("DEL", key, isOfClients(by) ? "client" : ""));
    }
    return was ? 1L : 0L;
  }

  private static boolean isOfClients(SimConnection by) {
    return by.name.startsWith("vodis:proxy:") && !by.name.contains(":pull:");
  }

  private Object exec(SimConnection by) {
    List<List<String>> queued = by.transaction == null ? List.of() : by.transaction;
    boolean dirty = by.dirty;
    boolean aborted = by.aborted;
    by.transaction = null;
    by.aborted = false;
    by.watched.clear();
    by.dirty = false;
    if (aborted || !isPrimary() && queued.stream().anyMatch(SimServer::isWrite)) {
      return new Failure("EXECABORT Transaction discarded because of previous errors.");
    }
    if (dirty) {
      return SimReply.NONE;
    }
    List<Object> replies = new ArrayList<>();
    List<List<String>> changes = new ArrayList<>();
    together = changes;
    queued.forEach(call -> replies.add(execute(by, call)));
    together = null;
    if (!changes.isEmpty()) {
      replicate(changes);
    }
    return replies;
  }

  private static boolean isWrite(List<String> call) {
    return WRITES.contains(call.get(0).toUpperCase(Locale.ROOT));
  }

  private Object scan(String cursor) {
    NavigableMap<String, String> rest = data;
    if (!cursor.equals("0")) {
      rest = data.tailMap(Objects.requireNonNull(cursors.remove(cursor)), false);
    }
    List<Object> page = new ArrayList<>();
    String last = "";
    for (String key : rest.keySet()) {
      if (page.size() == PAGE) {
        break;
      }
      page.add(key);
      last = key;
    }
    if (page.size() == rest.size()) {
      return List.of("0", page);
    }
    String next = Long.toString(++lastCursor);
    cursors.put(next, last);
    return List.of(next, page);
  }

  private Object client(SimConnection by, List<String> call) {
    switch (call.get(1).toUpperCase(Locale.ROOT)) {
      case "SETNAME" -> {
        by.name = call.get(2);
        return SimReply.OK;
      }
      case "ID" -> {
        return by.id;
      }
      case "LIST" -> {
        StringBuilder list = new StringBuilder();
        for (SimConnection c : clients.values()) {
          list.append(
              "id=%d addr=%s name=%s db=0 cmd=%s\n"
                  .formatted(c.id, c.address(), c.name, c.command));
        }
        return list.toString();
      }
      case "KILL" -> {
        SimConnection victim = clients.get(Long.parseLong(call.get(3)));
        if (victim == null) {
          return new Failure("ERR No such client");
        }
        if (!world.broken(Rule.LATE_COMMANDS_ARE_CUT_OFF)) {
          clients.remove(victim.id);
          victim.closeThere();
        }
        return SimReply.OK;
      }
      default -> {
        return new Failure("ERR unknown subcommand");
      }
    }
  }

  /** The server from which the connection comes says who may. */
  private Object restore(SimConnection by, List<String> call) {
    String key = call.get(1);
    if (!users.mayRestore(by.user)) {
      return new Failure("NOPERM this user has no permissions to run the 'restore' command");
    }
    boolean isThere = data.containsKey(key);
    world.checkMover(this, by, key, isThere);
    if (isThere) {
      return new Failure("BUSYKEY Target key name already exists.");
    }
    write(List.of("SET", key, call.get(2)));
    return SimReply.OK;
  }

  /** Whether that server may restore keys here. */
  boolean lets(HostAndPort source) {
    return users.isGranted(source);
  }

  private Object migrate(SimConnection by, List<String> call) {
    return migrating.begin(by, call) ? LATER : new SimReply.Status("NOKEY");
  }

  /** Its target has it now. */
  void hasLeft(String key) {
    write(List.of("DEL", key, ""));
  }

  private void write(List<String> change) {
    apply(change);
    List<List<String>> transaction = together;
    if (transaction != null) {
      transaction.add(change);
    } else {
      replicate(List.of(change));
    }
  }

  /** All of it at once, or nothing. */
  private void replicate(List<List<String>> changes) {
    for (Map.Entry<SimServer, Network.Link> replica : new ArrayList<>(replicas.entrySet())) {
      SimServer to = replica.getKey();
      Network.Link link = replica.getValue();
      link.send(() -> to.process.deliver(() -> to.replicated(this, link, changes)));
    }
  }

  private void apply(List<String> change) {
    log.add(change);
    String key = change.get(1);
    if (change.get(0).equals("SET")) {
      data.put(key, change.get(2));
    } else {
      data.remove(key);
    }
    for (SimConnection client : clients.values()) {
      if (client.watched.contains(key)) {
        client.dirty = true;
      }
    }
  }

  private void replicated(SimServer from, Network.Link over, List<List<String>> changes) {
    if (upstream == from && linkUp && !down && from.replicas.get(this) == over) {
      changes.forEach(this::apply);
      replicate(changes);
    }
  }

  private static long termOf(SimConnection by) {
    String[] name = by.name.split(":");
    return by.name.startsWith("vodis:topom:") ? Long.parseLong(name[2]) : 0;
  }

  /** The last term whose leader it has answered as a primary. */
  long seenInTerm() {
    return seenInTerm;
  }

  private Object replicaOf(SimConnection by, List<String> call) {
    if (call.get(1).equals("NO")) {
      SimServer from = upstream;
      if (from != null) {
        simulation.log(place() + " becomes a primary at " + offset() + " of " + from.offset());
        world.promoted(
            this, from.log.subList(Math.min(offset(), from.offset()), from.offset()), termOf(by));
        from.replicas.remove(this);
        formerHistory = history;
        history = address + "/" + ++histories;
        upstream = null;
        linkUp = true;
        linkWasUp = false;
      }
    } else {
      follow(world.server(new HostAndPort(call.get(1), Integer.parseInt(call.get(2)))));
    }
    return SimReply.OK;
  }

  /** Whether it has been in sync with that server since that one has become a primary. */
  boolean hasDataOf(SimServer primary) {
    return history.equals(primary.history);
  }

  /** Begins to follow: everything is copied first. */
  void follow(SimServer primary) {
    if (upstream == primary) {
      return;
    }
    if (upstream != null) {
      upstream.replicas.remove(this);
    }
    upstream = primary;
    linkUp = false;
    int mine = ++following;
    simulation.every(50 * Simulation.MILLI, () -> synchronize(primary, mine));
  }

  private boolean synchronize(SimServer primary, int mine) {
    if (upstream != primary || down || following != mine) {
      return false;
    }
    boolean works =
        !primary.down && primary.process.runs() && network.reaches(place(), primary.place());
    if (!works && (primary.down || !network.reaches(place(), primary.place()))) {
      linkUp = false;
      primary.replicas.remove(this);
    }
    if (works && !linkUp && process.runs()) {
      data.clear();
      data.putAll(primary.data);
      log.clear();
      log.addAll(primary.log);
      history = primary.history;
      formerHistory = "";
      linkUp = true;
      linkWasUp = true;
      primary.replicas.put(this, network.new Link(primary.place(), place()));
    }
    return true;
  }

  private String runId() {
    return place() + "-" + starts;
  }

  private ServerStatus status() {
    SimServer from = upstream;
    return new ServerStatus(
        address,
        "7.0.0",
        runId(),
        from == null,
        offset(),
        from == null ? null : from.address,
        from == null || linkUp,
        0,
        from == null || linkUp || offset() > 1,
        from != null && (linkUp || linkWasUp),
        world.broken(Rule.CANDIDATES_HAVE_THE_DATA) ? "" : history,
        world.broken(Rule.CANDIDATES_HAVE_THE_DATA) ? "" : formerHistory,
        100,
        0,
        0,
        data.size(),
        false,
        clients.size(),
        data.isEmpty() ? Map.of() : Map.of(0, (long) data.size()));
  }

  Set<String> keys() {
    return new TreeSet<>(data.keySet());
  }
}
