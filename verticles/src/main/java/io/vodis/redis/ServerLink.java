package io.vodis.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vodis.model.HostAndPort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one connection to a database of a server: opened when first used, shared by all callers
 * (requests are pipelined), and thrown away whole when anything about it is in doubt.
 *
 * <p>The {@link Redis} client is kept beside its connection: it owns the sockets, which die with it
 * when it is collected as garbage.
 */
final class ServerLink {

  /** One attempt: a client with a pool of one connection. */
  private record Attempt(Redis client, Future<RedisConnection> connection) {}

  private final Vertx vertx;
  private final RedisOptions options;
  private final int database;
  private final List<String> auth;
  private final String clientName;
  private @Nullable Attempt current;

  ServerLink(
      Vertx vertx, HostAndPort server, int database, ServerAccess access, String clientName) {
    this.vertx = vertx;
    this.database = database;
    this.auth = access.credentials(server).auth();
    this.clientName = clientName;
    this.options =
        new RedisOptions()
            .setConnectionString((access.tls().isPresent() ? "rediss://" : "redis://") + server)
            .setProtocolNegotiation(false)
            .setPreferredProtocolVersion(ProtocolVersion.RESP2)
            .setMaxPoolSize(1)
            .setMaxPoolWaiting(1)
            .setPoolCleanerInterval(-1)
            .setMaxWaitingHandlers(16_384);
    options.getNetClientOptions().setTcpNoDelay(true).setConnectTimeout(5_000);
    access.tls().ifPresent(tls -> tls.applyTo(options.getNetClientOptions()));
  }

  /** The open connection, or the one being opened. */
  synchronized Future<RedisConnection> connection() {
    Attempt attempt = current;
    if (attempt == null) {
      Redis client = Redis.createClient(vertx, options);
      attempt = new Attempt(client, client.connect().compose(this::introduce));
      current = attempt;
      Future<RedisConnection> opened = attempt.connection();
      opened
          .onSuccess(
              connection ->
                  connection
                      .endHandler(end -> discard(opened))
                      .exceptionHandler(error -> discard(opened)))
          .onFailure(error -> discard(opened));
    }
    return attempt.connection();
  }

  /** Throws {@code seen} away with all that waits on it, unless that has happened already. */
  void discard(Future<RedisConnection> seen) {
    Attempt attempt;
    synchronized (this) {
      attempt = current;
      if (attempt == null || attempt.connection() != seen) {
        return;
      }
      current = null;
    }
    close(attempt);
  }

  void close() {
    Attempt attempt;
    synchronized (this) {
      attempt = current;
      current = null;
    }
    if (attempt != null) {
      close(attempt);
    }
  }

  private static void close(Attempt attempt) {
    attempt.client().close().onComplete(done -> {});
  }

  private Future<RedisConnection> introduce(RedisConnection connection) {
    connection.exceptionHandler(error -> {});
    List<Request> requests = new ArrayList<>();
    if (!auth.isEmpty()) {
      Request request = Request.cmd(Command.AUTH);
      auth.subList(1, auth.size()).forEach(request::arg);
      requests.add(request);
    }
    if (!clientName.isEmpty()) {
      requests.add(Request.cmd(Command.CLIENT).arg("SETNAME").arg(clientName));
    }
    if (database != 0) {
      requests.add(Request.cmd(Command.SELECT).arg(database));
    }
    return requests.isEmpty()
        ? Future.succeededFuture(connection)
        : connection.batch(requests).map(connection);
  }
}
