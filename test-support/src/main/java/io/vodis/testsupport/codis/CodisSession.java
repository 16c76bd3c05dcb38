package io.vodis.testsupport.codis;

import io.vodis.model.HostAndPort;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client of a fake codis-server, with a connection of its own to the server behind, so that
 * database, transaction and watches are kept there. Commands that arrive together are executed
 * together, under the server's lock.
 */
final class CodisSession {

  private static final int BATCH_MAX = 512;

  /** These wait, so the lock is not held meanwhile. */
  private static final Set<String> BLOCKING = Set.of("BLPOP", "BRPOP", "BRPOPLPUSH", "WAIT");

  /** From these on, bytes are only passed on. */
  private static final Set<String> STREAMING =
      Set.of("SUBSCRIBE", "PSUBSCRIBE", "MONITOR", "PSYNC", "SYNC");

  private static final Set<String> WITHOUT_EVENTS =
      Set.of("FLUSHALL", "FLUSHDB", "SLAVEOF", "DEBUG", "RESTORE", "RESTORE-ASKING");

  private final FakeCodisServer server;
  private final long id;
  private final Socket socket;
  private final Engine engine;
  private final long begunMillis = System.currentTimeMillis();
  private final CodisClients clients;
  private volatile String name = "";
  private volatile String lastCommand = "NULL";
  private volatile int database;
  private boolean authenticated;
  private boolean closing;

  /** Whether a transfer's reply is outstanding: other commands run, a second transfer may not. */
  private boolean awaitsTransfer;

  CodisSession(FakeCodisServer server, long id, Socket socket, HostAndPort behind) {
    this.server = server;
    this.id = id;
    this.socket = socket;
    this.engine = new Engine(behind);
    this.authenticated = server.password().isEmpty();
    this.clients = new CodisClients(server);
  }

  void run() {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      while (!closing) {
        List<List<String>> batch = read(in);
        for (int at = 0; at < batch.size() && !closing; ) {
          at += execute(batch, at, in);
        }
      }
    } catch (IOException | UncheckedIOException closed) {
      // The client, the test or the server behind has closed.
    } finally {
      server.sessions().remove(this);
      engine.close();
    }
  }

  private static List<List<String>> read(InputStream in) throws IOException {
    List<List<String>> batch = new ArrayList<>();
    do {
      List<String> request = Wire.request(in);
      if (request == null) {
        throw new EOFException();
      }
      batch.add(request);
    } while (batch.size() < BATCH_MAX && in.available() > 0);
    return batch;
  }

  private static String nameOf(List<String> request) {
    return request.getFirst().toUpperCase(Locale.ROOT);
  }

  /** Executes one or, if they are of the plain kind, several; returns how many. */
  private int execute(List<List<String>> batch, int at, InputStream in) throws IOException {
    String command = nameOf(batch.get(at));
    if (STREAMING.contains(command)) {
      server.count(command);
      lastCommand = command.toLowerCase(Locale.ROOT);
      stream(batch.get(at), in);
      return 1;
    }
    if (BLOCKING.contains(command)) {
      write(Wire.text(engine.pass(List.of(batch.get(at)))));
      return 1;
    }
    server.lock().lock();
    try {
      int end = at;
      while (end < batch.size() && isPlain(nameOf(batch.get(end)))) {
        server.count(nameOf(batch.get(end)));
        lastCommand = nameOf(batch.get(end)).toLowerCase(Locale.ROOT);
        end++;
      }
      if (end > at) {
        write(Wire.text(engine.pass(batch.subList(at, end))));
        return end - at;
      }
      server.count(command);
      lastCommand = command.toLowerCase(Locale.ROOT);
      String reply = special(command, batch.get(at));
      if (reply != null) {
        write(reply);
      }
      return 1;
    } finally {
      server.lock().unlock();
    }
  }

  private boolean isPlain(String command) {
    return switch (command) {
      case "SELECT", "AUTH", "COMMAND", "INFO", "CLIENT", "MIGRATE" -> false;
      default ->
          !CodisCommands.isOwn(command)
              && !server.commands().isNewer(command)
              && !BLOCKING.contains(command)
              && !STREAMING.contains(command)
              && !WITHOUT_EVENTS.contains(command);
    };
  }

  /** The reply, or null if it comes later. */
  private @Nullable String special(String command, List<String> request) {
    if (server.commands().isNewer(command)) {
      // The server behind must refuse something too: that voids an open transaction.
      engine.call("NO-SUCH-COMMAND");
      return Wire.error("unknown command '" + request.getFirst() + "'");
    }
    if (CodisCommands.isOwn(command)) {
      return own(command, request);
    }
    switch (command) {
      case "SELECT" -> {
        String reply = pass(request);
        if (reply.startsWith("+OK")) {
          database = Integer.parseInt(request.get(1));
        }
        return reply;
      }
      case "AUTH" -> {
        String reply = pass(request);
        authenticated |= reply.startsWith("+OK");
        return reply;
      }
      case "COMMAND" -> {
        return describe(request);
      }
      case "INFO" -> {
        return clients.info(pass(request), request);
      }
      case "CLIENT" -> {
        return client(request);
      }
      case "MIGRATE" -> {
        boolean withPassword = request.stream().anyMatch(word -> word.equalsIgnoreCase("AUTH"));
        return withPassword ? Wire.error("syntax error") : migrate(request);
      }
      default -> {
        String reply = pass(request);
        server.index().invalidate();
        if (command.equals("SLAVEOF") && reply.startsWith("+OK")) {
          server.replica(!request.get(1).equalsIgnoreCase("NO"));
        }
        return reply;
      }
    }
  }

  /** Key by key: the server behind may have a fault with several that the original has not. */
  private String migrate(List<String> request) {
    int keys = request.stream().map(word -> word.toUpperCase(Locale.ROOT)).toList().indexOf("KEYS");
    if (keys < 0) {
      return pass(request);
    }
    String answer = "+NOKEY\r\n";
    String error = "";
    server.index().invalidate();
    for (String key : request.subList(keys + 1, request.size())) {
      List<String> one = new ArrayList<>(request.subList(0, keys));
      one.set(3, key);
      String reply = pass(one);
      if (reply.startsWith("-")) {
        error = reply;
      } else if (reply.startsWith("+OK")) {
        answer = reply;
      }
    }
    return error.isEmpty() ? answer : error;
  }

  private @Nullable String own(String command, List<String> request) {
    if (!authenticated && !command.equals("SLOTSRESTORE-ASYNC-AUTH")) {
      return "-NOAUTH Authentication required.\r\n";
    }
    CodisCommands.Entry entry = server.commands().find(command);
    if (entry != null && !server.commands().fits(entry, request.size()) && entry.arity() != 0) {
      return Wire.error(
          "wrong number of arguments for '" + command.toLowerCase(Locale.ROOT) + "' command");
    }
    if (server.isReplica() && entry != null && entry.flags().contains("write")) {
      return "-READONLY You can't write against a read only slave.\r\n";
    }
    return new SlotsCommand(server, this, request).run(command);
  }

  private String describe(List<String> request) {
    if (request.size() == 1) {
      return server.commands().describe(null);
    }
    return request.get(1).equalsIgnoreCase("INFO")
        ? server.commands().describe(request.subList(2, request.size()))
        : pass(request);
  }

  private String client(List<String> request) {
    String sub = request.size() < 2 ? "" : request.get(1).toUpperCase(Locale.ROOT);
    switch (sub) {
      case "SETNAME" -> {
        String reply = pass(request);
        if (reply.startsWith("+OK")) {
          name = request.get(2);
        }
        return reply;
      }
      case "LIST" -> {
        return clients.list();
      }
      case "KILL" -> {
        return clients.kill(request, this);
      }
      case "GETNAME", "PAUSE", "REPLY" -> {
        return pass(request);
      }
      default -> {
        return Wire.error(
            "Syntax error, try CLIENT (LIST | KILL | GETNAME | SETNAME | PAUSE | REPLY)");
      }
    }
  }

  private String pass(List<String> request) {
    return Wire.text(engine.pass(List.of(request)));
  }

  /** A command inside another one: any but those that wait. */
  String inner(List<String> request) {
    String command = nameOf(request);
    if (isPlain(command)) {
      return pass(request);
    }
    String reply = special(command, request);
    return reply == null ? Wire.error("no such command in a wrapper") : reply;
  }

  /** Passes bytes on in both directions until one side closes. */
  private void stream(List<String> request, InputStream in) throws IOException {
    engine.send(request);
    Thread back =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (socket) {
                    engine.in().transferTo(socket.getOutputStream());
                  } catch (IOException closed) {
                    // Either side has gone, and the other one learns it.
                  }
                });
    try {
      in.transferTo(engine.out());
    } finally {
      engine.close();
      back.interrupt();
      closing = true;
    }
  }

  void write(String frames) {
    try {
      OutputStream out = socket.getOutputStream();
      synchronized (out) {
        out.write(Wire.bytes(frames));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A reply that was waited for; whoever waits may have gone. */
  void writeLate(String frames) {
    awaitsTransfer = false;
    try {
      write(frames);
    } catch (UncheckedIOException gone) {
      close();
    }
  }

  boolean awaitsTransfer() {
    return awaitsTransfer;
  }

  void beginsToAwait() {
    awaitsTransfer = true;
  }

  /** Ends after what has been written. */
  void closeAfterReply() {
    closing = true;
  }

  void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Engine engine() {
    return engine;
  }

  int database() {
    return database;
  }

  void database(int value) {
    database = value;
  }

  void authenticated(boolean value) {
    authenticated = value;
  }

  long id() {
    return id;
  }

  String name() {
    return name;
  }

  String address() {
    return "127.0.0.1:" + socket.getPort();
  }

  /** Its line in CLIENT LIST. */
  String describe() {
    return "id=%d addr=%s fd=%d name=%s age=%d idle=0 flags=N db=%d sub=0 psub=0 multi=-1"
            .formatted(
                id,
                address(),
                id + 5,
                name,
                (System.currentTimeMillis() - begunMillis) / 1000,
                database)
        + " qbuf=0 qbuf-free=32768 obl=0 oll=0 omem=0 events=r cmd="
        + lastCommand
        + "\n";
  }
}
