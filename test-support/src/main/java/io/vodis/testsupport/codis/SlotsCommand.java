package io.vodis.testsupport.codis;

import io.vodis.slot.SlotHash;
import io.vodis.testsupport.codis.AsyncMoves.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One call of a SLOTS command, executed under the server's lock. */
final class SlotsCommand {

  /** The reply is an error, already in its words. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String frame;

    private Refused(String frame) {
      super(frame);
      this.frame = frame;
    }
  }

  private static final int BULKS_MAX = 512 * 1024;

  private final FakeCodisServer server;
  private final CodisSession session;
  private final Engine engine;
  private final int database;
  private final List<String> arguments;

  SlotsCommand(FakeCodisServer server, CodisSession session, List<String> arguments) {
    this.server = server;
    this.session = session;
    this.engine = session.engine();
    this.database = session.database();
    this.arguments = arguments;
  }

  /** The reply, or null if it comes later. */
  @Nullable String run(String command) {
    try {
      return switch (command) {
        case "SLOTSHASHKEY" ->
            Wire.array(
                arguments.stream().skip(1).map(key -> Wire.number(SlotIndex.slotOf(key))).toList());
        case "SLOTSINFO" -> info();
        case "SLOTSSCAN" -> scan();
        case "SLOTSDEL" -> delete();
        case "SLOTSCHECK" -> "+OK\r\n";
        case "SLOTSMGRTONE", "SLOTSMGRTTAGONE" -> moveOne(command.contains("TAG"));
        case "SLOTSMGRTSLOT", "SLOTSMGRTTAGSLOT" -> moveSlot(command.contains("TAG"));
        case "SLOTSRESTORE" -> restore();
        case "SLOTSMGRTONE-ASYNC", "SLOTSMGRTTAGONE-ASYNC" ->
            moveAsync(command.contains("TAG"), false);
        case "SLOTSMGRTSLOT-ASYNC", "SLOTSMGRTTAGSLOT-ASYNC" ->
            moveAsync(command.contains("TAG"), true);
        case "SLOTSMGRTONE-ASYNC-DUMP", "SLOTSMGRTTAGONE-ASYNC-DUMP" ->
            dump(command.contains("TAG"));
        case "SLOTSMGRT-ASYNC-FENCE" -> fence();
        case "SLOTSMGRT-ASYNC-CANCEL" ->
            Wire.number(server.asyncMoves(database).release("interrupted: canceled") ? 1 : 0);
        case "SLOTSMGRT-ASYNC-STATUS" -> server.asyncMoves(database).status();
        case "SLOTSMGRT-EXEC-WRAPPER" -> wrap();
        default -> asTarget(command);
      };
    } catch (Refused refused) {
      return refused.frame;
    }
  }

  private static Refused refused(String message) {
    return new Refused(Wire.error(message));
  }

  private int integer(int at) {
    try {
      long value = Long.parseLong(arguments.get(at));
      if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
        throw refused("value is out of range");
      }
      return (int) value;
    } catch (NumberFormatException e) {
      throw refused("value is not an integer or out of range");
    }
  }

  private int slot(int at) {
    int slot = integer(at);
    if (slot < 0 || slot >= SlotHash.SLOT_COUNT) {
      throw refused("invalid slot number = " + slot);
    }
    return slot;
  }

  private int timeout(int at) {
    int timeout = integer(at);
    if (timeout < 0) {
      throw refused("invalid timeout = " + timeout);
    }
    return timeout == 0 ? 100 : timeout;
  }

  private long bounded(int at, String name, long min, long max) {
    try {
      long value = Long.parseLong(arguments.get(at));
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below, as one out of bounds is.
    }
    throw refused("invalid value of " + name + " (" + arguments.get(at) + ")");
  }

  private String info() {
    int first = arguments.size() > 1 ? slot(1) : 0;
    int end = SlotHash.SLOT_COUNT;
    if (arguments.size() > 2) {
      int count = integer(2);
      if (count < 0) {
        throw refused("invalid slot count = " + count);
      }
      end = (int) Math.min(end, first + (long) count);
    }
    if (arguments.size() > 3) {
      throw refused("wrong number of arguments for 'slotsinfo' command");
    }
    int[] sizes = server.index().sizes(database);
    List<String> rows = new ArrayList<>();
    for (int slot = first; slot < end; slot++) {
      if (sizes[slot] > 0) {
        rows.add(Wire.array(List.of(Wire.number(slot), Wire.number(sizes[slot]))));
      }
    }
    return Wire.array(rows);
  }

  /**
   * A page, behind the cursor in an order that does not depend on what comes and goes meanwhile: as
   * with SCAN, whoever is there all the time is found.
   */
  private String scan() {
    int slot = slot(1);
    if (arguments.size() != 3 && arguments.size() != 5) {
      throw refused("wrong number of arguments for 'slotsscan' command");
    }
    if (arguments.size() == 5 && (!arguments.get(3).equalsIgnoreCase("COUNT") || integer(4) < 1)) {
      throw refused("syntax error");
    }
    long cursor = bounded(2, "cursor", 0, 1L << 33);
    int count = arguments.size() == 5 ? integer(4) : 10;
    TreeMap<Long, List<String>> places = new TreeMap<>();
    for (String key : server.index().inSlot(database, slot)) {
      places.computeIfAbsent(SlotIndex.place(key), place -> new ArrayList<>()).add(key);
    }
    List<String> page = new ArrayList<>();
    Long next = places.ceilingKey(cursor);
    while (next != null && page.size() < count) {
      places.getOrDefault(next, List.of()).forEach(key -> page.add(Wire.bulk(key)));
      next = places.higherKey(next);
    }
    return Wire.array(List.of(Wire.bulk(Long.toString(next == null ? 0 : next)), Wire.array(page)));
  }

  private String delete() {
    List<String> rows = new ArrayList<>();
    for (int at = 1; at < arguments.size(); at++) {
      List<String> command = new ArrayList<>(List.of("DEL"));
      command.addAll(server.index().inSlot(database, slot(at)));
      if (command.size() > 1) {
        engine.call(command);
      }
      int left = server.index().inSlot(database, slot(at)).size();
      rows.add(Wire.array(List.of(Wire.number(slot(at)), Wire.number(left))));
    }
    return Wire.array(rows);
  }

  private List<String> existing(List<String> keys) {
    return keys.stream().filter(key -> engine.number("EXISTS", key) == 1).toList();
  }

  private String moveOne(boolean family) {
    int timeout = timeout(3);
    return Wire.number(moveNow(family, arguments.get(4), timeout));
  }

  private int moveNow(boolean family, String key, int timeout) {
    List<String> keys = existing(family ? server.index().family(database, key) : List.of(key));
    String error =
        server
            .syncMoves()
            .move(engine, database, arguments.get(1), arguments.get(2), timeout, keys);
    if (error != null) {
      throw new Refused(error);
    }
    return keys.size();
  }

  private String moveSlot(boolean family) {
    int timeout = timeout(3);
    int slot = slot(4);
    List<String> keys = server.index().inSlot(database, slot);
    int moved = keys.isEmpty() ? 0 : moveNow(family, keys.getFirst(), timeout);
    int left = server.index().inSlot(database, slot).size();
    return Wire.array(List.of(Wire.number(moved), Wire.number(left)));
  }

  private String restore() {
    if ((arguments.size() - 1) % 3 != 0) {
      throw refused("wrong number of arguments for 'slotsrestore' command");
    }
    for (int at = 1; at < arguments.size(); at += 3) {
      if (integer(at + 1) < 0) {
        throw refused("invalid ttl value, must be >= 0");
      }
    }
    List<List<String>> commands = new ArrayList<>();
    for (int at = 1; at < arguments.size(); at += 3) {
      commands.add(
          List.of(
              "RESTORE",
              arguments.get(at),
              arguments.get(at + 1),
              arguments.get(at + 2),
              "REPLACE"));
    }
    for (Object reply : engine.callAll(commands)) {
      if (reply instanceof Wire.Failure failure) {
        throw refused(
            failure.text().contains("checksum")
                ? "dump payload version or checksum are wrong"
                : "bad data format");
      }
    }
    server.index().restored(database, commands.stream().map(words -> words.get(1)).toList());
    return "+OK\r\n";
  }

  private @Nullable String moveAsync(boolean families, boolean ofSlot) {
    int port = (int) bounded(2, "port", 1, 65535);
    long timeout = bounded(3, "timeout", 0, Integer.MAX_VALUE);
    long maxBulks = bounded(4, "maxbulks", 0, Integer.MAX_VALUE);
    long maxBytes = bounded(5, "maxbytes", 0, Integer.MAX_VALUE);
    Integer slot = null;
    long numKeys = 0;
    if (ofSlot) {
      slot = (int) bounded(6, "slot", 0, SlotHash.SLOT_COUNT - 1L);
      numKeys = bounded(7, "numkeys", 0, Integer.MAX_VALUE);
    }
    Order order =
        new Order(
            arguments.get(1),
            port,
            timeout == 0 ? 30_000 : timeout,
            (int) Math.min(BULKS_MAX, maxBulks == 0 ? 200 : maxBulks),
            Math.min(Integer.MAX_VALUE / 2, maxBytes == 0 ? 512 << 10 : maxBytes),
            slot);
    AsyncMoves moves = server.asyncMoves(database);
    if (moves.isMoving()) {
      throw refused("the specified DB is being migrated");
    }
    if (session.awaitsTransfer()) {
      throw refused("previous operation has not finished");
    }
    session.beginsToAwait();
    Consumer<String> onEnd = session::writeLate;
    if (slot == null) {
      moves.moveKeys(order, families, arguments.subList(6, arguments.size()), onEnd);
    } else {
      moves.moveSlot(order, families, slot, numKeys == 0 ? 100 : numKeys, onEnd);
    }
    return null;
  }

  private String dump(boolean families) {
    long timeout = bounded(1, "timeout", 0, Integer.MAX_VALUE);
    long maxBulks = bounded(2, "maxbulks", 0, Integer.MAX_VALUE);
    List<String> messages = new ArrayList<>();
    for (String named : arguments.subList(3, arguments.size())) {
      for (String key : families ? server.index().family(database, named) : List.of(named)) {
        KeyTransfer transfer =
            new KeyTransfer(
                engine,
                key,
                timeout == 0 ? 30_000 : timeout,
                (int) (maxBulks == 0 ? 1000 : maxBulks));
        KeyTransfer.Step step;
        do {
          step = transfer.next(Integer.MAX_VALUE);
          step.messages().forEach(message -> messages.add(Wire.command(message)));
        } while (!step.last());
      }
    }
    return Wire.array(messages);
  }

  private @Nullable String fence() {
    AsyncMoves moves = server.asyncMoves(database);
    if (!moves.isMoving()) {
      return "+OK\r\n";
    }
    if (session.awaitsTransfer()) {
      throw refused("previous operation has not finished (call fence again)");
    }
    session.beginsToAwait();
    moves.await(session::writeLate);
    return null;
  }

  private String wrap() {
    List<String> inner = arguments.subList(2, arguments.size());
    String name = inner.getFirst().toUpperCase(Locale.ROOT);
    CodisCommands.Entry entry = server.commands().find(name);
    if (entry == null) {
      return pair(-1, Wire.error("invalid command specified (" + inner.getFirst() + ")"));
    }
    if (!server.commands().fits(entry, inner.size())) {
      return pair(
          -1, Wire.error("wrong number of arguments for command (" + inner.getFirst() + ")"));
    }
    if (engine.number("EXISTS", arguments.get(1)) == 0) {
      return pair(0, Wire.error("the specified key doesn't exist"));
    }
    if (!entry.flags().contains("readonly")
        && server.asyncMoves(database).contains(arguments.get(1))) {
      return pair(1, Wire.error("the specified key is being migrated"));
    }
    return pair(2, session.inner(inner));
  }

  private static String pair(int code, String frame) {
    return "*2\r\n" + Wire.number(code) + frame;
  }

  /** What a source says to its target. */
  private String asTarget(String command) {
    AsyncRestore.Ack ack =
        switch (command) {
          case "SLOTSRESTORE-ASYNC" -> restoreAsync();
          case "SLOTSRESTORE-ASYNC-AUTH" -> authenticate();
          case "SLOTSRESTORE-ASYNC-SELECT" -> select();
          default -> throw refused("invalid client, permission denied");
        };
    if (!ack.ok()) {
      session.closeAfterReply();
    }
    return ack.frame();
  }

  private AsyncRestore.Ack restoreAsync() {
    AsyncRestore.Ack ack =
        AsyncRestore.run(engine, server.asyncMoves(database).isMoving(), arguments);
    if (ack.ok() && arguments.get(1).equalsIgnoreCase("object")) {
      server.index().restored(database, List.of(arguments.get(2)));
    }
    return ack;
  }

  private AsyncRestore.Ack authenticate() {
    if (server.password().isEmpty()) {
      return AsyncRestore.failure("Client sent AUTH, but no password is set");
    }
    boolean right = "OK".equals(engine.call("AUTH", arguments.get(1)));
    session.authenticated(right);
    return right ? new AsyncRestore.Ack(true, "OK") : AsyncRestore.failure("invalid password");
  }

  private AsyncRestore.Ack select() {
    if (!"OK".equals(engine.call("SELECT", arguments.get(1)))) {
      return AsyncRestore.failure("invalid DB index (" + arguments.get(1) + ")");
    }
    session.database(Integer.parseInt(arguments.get(1)));
    return new AsyncRestore.Ack(true, "OK");
  }
}
