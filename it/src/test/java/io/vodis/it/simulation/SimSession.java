package io.vodis.it.simulation;

import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisAdminException.Kind;
import io.vodis.redis.RedisSession;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;

/**
 * One connection over which a key is copied, or a server told who may restore keys; it is never
 * opened again.
 */
final class SimSession implements RedisSession {

  private final SimAdmin admin;
  private final HostAndPort server;

  /** With an admin of its own, which has one connection at most. */
  SimSession(SimAdmin admin, HostAndPort server, Duration timeout) {
    this.admin = admin;
    this.server = server;
    admin.openOnce(server, timeout);
  }

  @Override
  public Reply call(Duration timeout, List<byte[]> command) {
    return admin.call(server, 0, timeout, command);
  }

  @Override
  public List<Reply> callAll(Duration timeout, List<List<byte[]>> commands) {
    return admin.callAll(server, 0, timeout, commands);
  }

  @Override
  public List<Answer> callEach(Duration timeout, List<List<byte[]>> commands) {
    return admin.callEach(server, timeout, commands);
  }

  /** The server sees nothing of it before the end. */
  @Override
  public void set(Duration timeout, byte[] key, long length, LongFunction<byte[]> pieceAt) {
    StringBuilder value = new StringBuilder();
    while (value.length() * SimServer.HEAVY_BYTES < length) {
      byte[] piece = pieceAt.apply(value.length() * SimServer.HEAVY_BYTES);
      if (piece.length == 0) {
        break;
      }
      value.append(new String(piece, StandardCharsets.ISO_8859_1));
    }
    if (value.length() * SimServer.HEAVY_BYTES != length) {
      close();
      throw new RedisAdminException(server, Kind.NO_ANSWER, "the value has another length", null);
    }
    List<byte[]> command = Replies.command("SET");
    command.add(key);
    command.add(value.toString().getBytes(StandardCharsets.ISO_8859_1));
    var unused = call(timeout, command);
  }

  @Override
  public void close() {
    admin.close();
  }
}
