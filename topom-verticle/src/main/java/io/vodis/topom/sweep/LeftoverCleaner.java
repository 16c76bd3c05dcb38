package io.vodis.topom.sweep;

import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.redis.ClientList;
import io.vodis.redis.ClientList.Client;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisSession;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deals with what a broken MIGRATE leaves behind: a connection of the source on the target that
 * might still deliver, and a second copy of a key.
 */
public final class LeftoverCleaner {

  private static final Logger LOGGER = LoggerFactory.getLogger(LeftoverCleaner.class);

  /** On a busy machine it takes a while until a new connection has said whose it is. */
  private static final int LOOKS_MAX = 20;

  private static final Duration LOOK = Duration.ofMillis(10);

  private final RedisAdmin admin;
  private final Duration timeout;

  public LeftoverCleaner(RedisAdmin admin, Duration timeout) {
    this.admin = admin;
    this.timeout = timeout;
  }

  /**
   * Closes the connections over which a server restores keys on {@code target}. A RESTORE that was
   * delayed on its way can then no longer land. Other servers' MIGRATEs that are hit are repeated
   * by whoever sent them.
   *
   * @param source host of the server that may be restoring; empty if it is not known
   */
  public void killRestores(String source, HostAndPort target) {
    List<Client> suspects = suspects(source, target);
    for (int look = 1; look < LOOKS_MAX && !suspects.stream().allMatch(Client::restores); look++) {
      // Perhaps one of our own that has not said its name yet.
      Threads.current().sleep(LOOK);
      Set<Long> before = suspects.stream().map(Client::id).collect(Collectors.toSet());
      suspects =
          suspects(source, target).stream()
              .filter(client -> client.restores() || before.contains(client.id()))
              .toList();
    }
    suspects.forEach(client -> kill(target, Long.toString(client.id())));
  }

  private List<Client> suspects(String source, HostAndPort target) {
    String list = Replies.text(admin.call(target, 0, timeout, Replies.command("CLIENT", "LIST")));
    return ClientList.parse(list).stream().filter(client -> client.mayRestoreFrom(source)).toList();
  }

  /** Ends what a codis-server is sending in the background, if it is. */
  public void cancelTransfer(HostAndPort source, int database) {
    admin.call(source, database, timeout, Replies.command("SLOTSMGRT-ASYNC-CANCEL"));
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

  /**
   * Removes the copy that does not count of a key that is on both servers of a move.
   *
   * @param proof the number under which its slot was opened; 0 if there is none
   * @param returning says without a number that the target's copy counts
   */
  void removeSecondCopy(
      HostAndPort source,
      HostAndPort target,
      int database,
      byte[] key,
      long proof,
      boolean returning) {
    int slotId = SlotHash.slotOf(key);
    if (proof == 0) {
      removeLeftover(returning ? target : source, returning ? source : target, database, key);
    } else if (carries(target, slotId, proof)) {
      // Asked again after the key was seen there: a server that was started anew in between, from
      // older data, has shown an older key.
      removeLeftover(target, source, database, key, () -> carries(target, slotId, proof));
    } else {
      removeLeftover(source, target, database, key);
    }
  }

  private boolean carries(HostAndPort server, int slotId, long proof) {
    Reply reply = admin.call(server, SlotProof.DATABASE, timeout, SlotProof.read(slotId));
    return Replies.number(reply, 0) == proof;
  }

  /**
   * Removes the copy of a key that is not at home, if the key is at home too. The order makes it
   * safe beside other movers: whatever moves the key after WATCH touches the watched copy and voids
   * the transaction.
   *
   * @param home the server whose copy counts
   * @param away the other one
   */
  void removeLeftover(HostAndPort home, HostAndPort away, int database, byte[] key) {
    removeLeftover(home, away, database, key, () -> true);
  }

  private void removeLeftover(
      HostAndPort home, HostAndPort away, int database, byte[] key, BooleanSupplier isHome) {
    // Of its own, and never opened again: one that was lost watches nothing.
    try (RedisSession watching = admin.open(away, database, timeout)) {
      watching.call(timeout, command("WATCH", key));
      if (Replies.number(admin.call(home, database, timeout, command("EXISTS", key)), 0) == 0
          || !isHome.getAsBoolean()) {
        return;
      }
      List<Reply> replies =
          watching.callAll(
              timeout,
              List.of(Replies.command("MULTI"), command("DEL", key), Replies.command("EXEC")));
      if (replies.getLast() instanceof Reply.Null) {
        LOGGER.debug("key moved while its leftover was looked at server={}", away);
      }
    }
  }

  private static List<byte[]> command(String name, byte[] key) {
    return List.of(name.getBytes(StandardCharsets.US_ASCII), key);
  }
}
