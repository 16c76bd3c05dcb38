package io.vodis.topom.migrate;

import io.vodis.model.HostAndPort;
import io.vodis.redis.ClientList;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deals with what a broken MIGRATE leaves behind: a connection of the source on the target that
 * might still deliver, and a copy on the target of a key that is still on the source.
 */
final class LeftoverCleaner {

  private static final Logger LOGGER = LoggerFactory.getLogger(LeftoverCleaner.class);

  private final RedisAdmin admin;
  private final Duration timeout;

  /** A transaction spans several calls on a shared connection, so one at a time. */
  private final ReentrantLock transactions = new ReentrantLock();

  LeftoverCleaner(RedisAdmin admin, Duration timeout) {
    this.admin = admin;
    this.timeout = timeout;
  }

  /**
   * Closes the connections over which a server restores keys on {@code target}. A RESTORE that was
   * delayed on its way can then no longer land. Other servers' MIGRATEs that are hit are repeated
   * by whoever sent them.
   */
  void killRestores(HostAndPort target) {
    String list = Replies.text(admin.call(target, 0, timeout, Replies.command("CLIENT", "LIST")));
    for (ClientList.Client client : ClientList.parse(list)) {
      if (isRestore(client)) {
        kill(target, Long.toString(client.id()));
      }
    }
  }

  private void kill(HostAndPort target, String clientId) {
    try {
      admin.call(target, 0, timeout, Replies.command("CLIENT", "KILL", "ID", clientId));
    } catch (RedisAdminException e) {
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      // "No such client": it has gone by itself.
    }
  }

  /** Whether it is the connection of a server's MIGRATE: unnamed, restoring. */
  static boolean isRestore(ClientList.Client client) {
    String command = client.command();
    return client.name().isEmpty()
        && (command.startsWith("restore") || command.equals("auth") || command.equals("select"));
  }

  /**
   * Removes the target's copy of a key if the source still has the key. The order makes it safe
   * beside other movers: whatever moves the key after WATCH touches the target's copy and voids the
   * transaction, and if it was moved before, the source no longer has it.
   */
  void removeLeftover(SourceServer source, HostAndPort target, byte[] key) {
    transactions.lock();
    try {
      call(source, target, "WATCH", key);
      if (!source.holds(key)) {
        admin.call(target, source.database(), timeout, Replies.command("UNWATCH"));
        return;
      }
      List<Reply> replies =
          admin.callAll(
              target,
              source.database(),
              timeout,
              List.of(Replies.command("MULTI"), command("DEL", key), Replies.command("EXEC")));
      if (replies.getLast() instanceof Reply.Null) {
        LOGGER.debug("key moved while its leftover was looked at target={}", target);
      }
    } finally {
      transactions.unlock();
    }
  }

  private void call(SourceServer source, HostAndPort target, String name, byte[] key) {
    admin.call(target, source.database(), timeout, command(name, key));
  }

  private static List<byte[]> command(String name, byte[] key) {
    return List.of(name.getBytes(StandardCharsets.US_ASCII), key);
  }
}
