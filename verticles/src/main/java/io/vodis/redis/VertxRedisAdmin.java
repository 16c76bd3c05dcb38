package io.vodis.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.types.ErrorType;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdminException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@link RedisAdmin} over vertx-redis-client, in RESP2 whatever the server speaks. Calls to the
 * same database of a server share a connection and are pipelined, so that a caller with long
 * commands (MIGRATE) and one with short time-outs use an instance each.
 */
public final class VertxRedisAdmin implements RedisAdmin {

  private static final String CLOSED = "CONNECTION_CLOSED";

  /** What the client puts before an error reply inside a batch. */
  private static final Pattern BATCH_INDEX = Pattern.compile("^ERR \\[\\d+] ");

  private record LinkKey(HostAndPort server, int database) {}

  private final Vertx vertx;
  private final ServerAccess access;
  private final String clientName;
  private final Map<LinkKey, ServerLink> links = new ConcurrentHashMap<>();

  /**
   * An adapter without connections; they are opened when first used.
   *
   * @param clientName given to CLIENT SETNAME on every connection; empty for none
   */
  public VertxRedisAdmin(Vertx vertx, ServerAccess access, String clientName) {
    this.vertx = vertx;
    this.access = access;
    this.clientName = clientName;
  }

  @Override
  public void ping(HostAndPort server, Duration timeout) {
    try {
      call(server, 0, timeout, Replies.command("PING"));
    } catch (RedisAdminException e) {
      if (e.kind() != Kind.REFUSED || !words(e).startsWith("LOADING")) {
        throw e;
      }
    }
  }

  @Override
  public ServerStatus status(HostAndPort server, Duration timeout) {
    List<Reply> replies =
        callAll(server, 0, timeout, List.of(Replies.command("ROLE"), Replies.command("INFO")));
    try {
      return ServerStatusParser.parse(server, replies.get(0), Replies.text(replies.get(1)));
    } catch (IllegalArgumentException e) {
      throw new RedisAdminException(server, Kind.REFUSED, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void promote(HostAndPort server, Duration timeout) {
    // SLAVEOF rather than REPLICAOF: the only name that Redis 3.2 to 8 and Valkey all know.
    call(server, 0, timeout, Replies.command("SLAVEOF", "NO", "ONE"));
    String role =
        Replies.text(Replies.items(call(server, 0, timeout, Replies.command("ROLE"))).getFirst());
    if (!role.equals("master")) {
      throw new RedisAdminException(
          server, Kind.REFUSED, "is still a replica after SLAVEOF NO ONE", null);
    }
    rewriteConfig(server, timeout);
  }

  @Override
  public void replicate(HostAndPort server, HostAndPort primary, Duration timeout) {
    Credentials credentials = access.credentials(primary);
    if (!credentials.user().isEmpty()) {
      set(server, "masteruser", credentials.user(), timeout);
    }
    if (!credentials.password().isEmpty()) {
      set(server, "masterauth", credentials.password(), timeout);
    }
    String port = Integer.toString(primary.port());
    call(server, 0, timeout, Replies.command("SLAVEOF", primary.host(), port));
    rewriteConfig(server, timeout);
  }

  private void set(HostAndPort server, String setting, String value, Duration timeout) {
    call(server, 0, timeout, Replies.command("CONFIG", "SET", setting, value));
  }

  /** So that the role survives a restart; a server without a configuration file refuses. */
  private void rewriteConfig(HostAndPort server, Duration timeout) {
    try {
      call(server, 0, timeout, Replies.command("CONFIG", "REWRITE"));
    } catch (RedisAdminException e) {
      if (e.kind() != Kind.REFUSED) {
        throw e;
      }
    }
  }

  @Override
  public int killClients(HostAndPort server, String namePrefix, Duration timeout) {
    int killed = 0;
    String list = Replies.text(call(server, 0, timeout, Replies.command("CLIENT", "LIST")));
    for (ClientList.Client client : ClientList.parse(list)) {
      if (client.name().startsWith(namePrefix)) {
        String id = Long.toString(client.id());
        call(server, 0, timeout, Replies.command("CLIENT", "KILL", "ID", id));
        killed++;
      }
    }
    return killed;
  }

  @Override
  public Reply call(HostAndPort server, int database, Duration timeout, List<byte[]> command) {
    return exchange(
        server,
        database,
        timeout,
        connection -> connection.send(request(command)).map(Replies::from));
  }

  @Override
  public List<Reply> callAll(
      HostAndPort server, int database, Duration timeout, List<List<byte[]>> commands) {
    if (commands.isEmpty()) {
      return List.of();
    }
    return exchange(server, database, timeout, connection -> batch(connection, commands));
  }

  @Override
  public RedisSession open(HostAndPort server, int database, Duration timeout) {
    return SocketSession.open(vertx, server, database, access, clientName, timeout);
  }

  @Override
  public void close() {
    links.values().forEach(ServerLink::close);
    links.clear();
  }

  private static Request request(List<byte[]> command) {
    String name = new String(command.getFirst(), StandardCharsets.US_ASCII);
    Request request = Request.cmd(Command.create(name));
    for (byte[] argument : command.subList(1, command.size())) {
      request.arg(Buffer.buffer(argument));
    }
    return request;
  }

  private static Future<List<Reply>> batch(
      RedisConnection connection, List<List<byte[]>> commands) {
    return connection
        .batch(commands.stream().map(VertxRedisAdmin::request).toList())
        .map(replies -> replies.stream().map(Replies::from).toList());
  }

  private <T> T exchange(
      HostAndPort server,
      int database,
      Duration timeout,
      Function<RedisConnection, Future<T>> action) {
    long deadline = System.nanoTime() + timeout.toNanos();
    ServerLink link =
        links.computeIfAbsent(
            new LinkKey(server, database),
            key -> new ServerLink(vertx, server, database, access, clientName));
    Future<RedisConnection> opening = link.connection();
    RedisConnection connection = await(server, link, opening, opening, deadline, false);
    return await(server, link, opening, action.apply(connection), deadline, true);
  }

  private static <T> T await(
      HostAndPort server,
      ServerLink link,
      Future<RedisConnection> opening,
      Future<T> future,
      long deadline,
      boolean sent) {
    CompletableFuture<T> completion = future.toCompletionStage().toCompletableFuture();
    try {
      return completion.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      link.discard(opening);
      throw new RedisAdminException(
          server,
          sent ? Kind.NO_ANSWER : Kind.UNREACHABLE,
          sent ? "no answer in time" : "not connected in time",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      link.discard(opening);
      throw new RedisAdminException(
          server, sent ? Kind.NO_ANSWER : Kind.UNREACHABLE, "interrupted", e);
    } catch (ExecutionException e) {
      RedisAdminException failure = failure(server, sent, e.getCause());
      if (failure.kind() != Kind.REFUSED) {
        link.discard(opening);
      }
      throw failure;
    }
  }

  private static RedisAdminException failure(
      HostAndPort server, boolean sent, @Nullable Throwable cause) {
    String words = cause == null ? "failed" : String.valueOf(cause.getMessage());
    if (cause instanceof ErrorType && !words.equals(CLOSED)) {
      String reply = BATCH_INDEX.matcher(words).replaceFirst("");
      return new RedisAdminException(server, Kind.REFUSED, reply, cause);
    }
    return new RedisAdminException(server, sent ? Kind.NO_ANSWER : Kind.UNREACHABLE, words, cause);
  }

  /** The server's own words: the message without the address in front. */
  private static String words(RedisAdminException e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(message.indexOf(": ") + 2);
  }
}
