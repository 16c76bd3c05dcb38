package io.vodis.it.simulation;

import io.vodis.lifecycle.Later;
import io.vodis.model.HostAndPort;
import io.vodis.redis.ClientList;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisAdminException.Kind;
import io.vodis.redis.RedisSession;
import io.vodis.redis.RedisSession.Answer;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.redis.ServerStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Control-plane calls of one process, on one named connection per server. */
final class SimAdmin implements RedisAdmin {

  private static final class Line {
    private final SimConnection connection;
    private final Later<Boolean> made = new Later<>();
    private final Deque<Later<Object>> waiting = new ArrayDeque<>();

    private Line(Network network, String from, SimServer server, SimProcess process) {
      connection =
          new SimConnection(
              network,
              from,
              server,
              reply -> process.deliver(() -> onReply(reply)),
              () -> process.deliver(this::onClosed));
      connection.open(
          () -> process.deliver(() -> made.complete(true)),
          () -> process.deliver(() -> made.complete(false)));
    }

    private void onReply(Object reply) {
      Later<Object> first = waiting.pollFirst();
      if (first != null) {
        first.complete(reply);
      }
    }

    private void onClosed() {
      made.complete(false);
      waiting.forEach(w -> w.fail(new IllegalStateException("closed")));
      waiting.clear();
    }

    private void discard() {
      connection.close();
      onClosed();
    }
  }

  private final World world;
  private final SimProcess process;
  private final String name;
  private final Map<HostAndPort, Line> lines = new HashMap<>();
  private boolean once;

  SimAdmin(World world, SimProcess process, String name) {
    this.world = world;
    this.process = process;
    this.name = name;
  }

  private Line line(HostAndPort server, long deadline) {
    Line line = lines.get(server);
    if (once && (line == null || line.connection.isClosedHere())) {
      throw new RedisAdminException(server, Kind.NO_ANSWER, "the connection is lost", null);
    }
    if (line == null || line.connection.isClosedHere()) {
      line = new Line(world.network, process.name(), world.server(server), process);
      lines.put(server, line);
      line.waiting.addLast(new Later<>());
      line.connection.send(List.of("CLIENT", "SETNAME", name));
    }
    if (!await(line.made, deadline).orElse(false)) {
      line.discard();
      throw new RedisAdminException(server, Kind.UNREACHABLE, "not connected in time", null);
    }
    return line;
  }

  private <T> Optional<T> await(Later<T> later, long deadline) {
    try {
      return later.await(Duration.ofNanos(Math.max(1, deadline - world.simulation.now())));
    } catch (InterruptedException e) {
      return Optional.empty();
    }
  }

  private List<Object> exchange(HostAndPort server, Duration timeout, List<List<String>> commands) {
    long deadline = world.simulation.now() + timeout.toNanos();
    Line line = line(server, deadline);
    List<Later<Object>> answers = new ArrayList<>();
    for (List<String> command : commands) {
      Later<Object> answer = new Later<>();
      answers.add(answer);
      line.waiting.addLast(answer);
      line.connection.send(command);
    }
    List<Object> replies = new ArrayList<>();
    for (Later<Object> answer : answers) {
      Optional<Object> reply;
      try {
        reply = await(answer, deadline);
      } catch (IllegalStateException e) {
        line.discard();
        throw new RedisAdminException(server, Kind.NO_ANSWER, "connection closed", e);
      }
      if (reply.isEmpty()) {
        line.discard();
        throw new RedisAdminException(server, Kind.NO_ANSWER, "no answer in time", null);
      }
      replies.add(reply.get());
    }
    return replies;
  }

  private List<Object> accepted(HostAndPort server, Duration timeout, List<List<String>> commands) {
    List<Object> replies = exchange(server, timeout, commands);
    for (Object reply : replies) {
      if (reply instanceof SimReply.Failure failure) {
        throw new RedisAdminException(server, Kind.REFUSED, failure.text(), null);
      }
    }
    return replies;
  }

  List<Answer> callEach(HostAndPort server, Duration timeout, List<List<byte[]>> commands) {
    return exchange(server, timeout, commands.stream().map(SimAdmin::text).toList()).stream()
        .map(
            reply ->
                reply instanceof SimReply.Failure failure
                    ? new Answer(new Reply.Null(), failure.text())
                    : new Answer(SimReply.reply(reply), ""))
        .toList();
  }

  private Object one(HostAndPort server, Duration timeout, String... command) {
    return accepted(server, timeout, List.of(List.of(command))).getFirst();
  }

  @Override
  public void ping(HostAndPort server, Duration timeout) {
    var unused = one(server, timeout, "PING");
  }

  @Override
  public ServerStatus status(HostAndPort server, Duration timeout) {
    return (ServerStatus) one(server, timeout, "SIM.STATUS");
  }

  @Override
  public void promote(HostAndPort server, Duration timeout) {
    var unused = one(server, timeout, "REPLICAOF", "NO", "ONE");
  }

  @Override
  public void replicate(HostAndPort server, HostAndPort primary, Duration timeout) {
    var unused =
        one(server, timeout, "REPLICAOF", primary.host(), Integer.toString(primary.port()));
  }

  private static List<String> text(List<byte[]> command) {
    return command.stream().map(word -> new String(word, StandardCharsets.ISO_8859_1)).toList();
  }

  @Override
  public Reply call(HostAndPort server, int database, Duration timeout, List<byte[]> command) {
    return SimReply.reply(accepted(server, timeout, List.of(text(command))).getFirst());
  }

  @Override
  public List<Reply> callAll(
      HostAndPort server, int database, Duration timeout, List<List<byte[]>> commands) {
    return accepted(server, timeout, commands.stream().map(SimAdmin::text).toList()).stream()
        .map(SimReply::reply)
        .toList();
  }

  @Override
  public int killClients(HostAndPort server, String namePrefix, Duration timeout) {
    String list = Replies.text(call(server, 0, timeout, Replies.command("CLIENT", "LIST")));
    int killed = 0;
    for (ClientList.Client client : ClientList.parse(list)) {
      if (client.name().startsWith(namePrefix)) {
        try {
          var unused = one(server, timeout, "CLIENT", "KILL", "ID", Long.toString(client.id()));
          killed++;
        } catch (RedisAdminException e) {
          if (e.kind() != Kind.REFUSED) {
            throw e;
          }
        }
      }
    }
    return killed;
  }

  @Override
  public RedisSession open(HostAndPort server, int database, Duration timeout) {
    return new SimSession(new SimAdmin(world, process, name), server, timeout);
  }

  /** Connects now; a connection that is lost is not made again. */
  void openOnce(HostAndPort server, Duration timeout) {
    var unused = accepted(server, timeout, List.of(List.of("PING")));
    once = true;
  }

  @Override
  public void close() {
    lines.values().forEach(Line::discard);
    lines.clear();
  }
}
