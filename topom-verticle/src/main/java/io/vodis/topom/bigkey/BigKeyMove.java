package io.vodis.topom.bigkey;

import io.vodis.model.HostAndPort;
import io.vodis.model.PinnedKey;
import io.vodis.model.PinnedKey.Phase;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisSession;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.slot.CopyName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves big keys one at a time; see the package. Holds no state between calls. */
public final class BigKeyMove {

  private static final Logger LOGGER = LoggerFactory.getLogger(BigKeyMove.class);

  /** A copy that differs is made once more: parts of the key may have expired meanwhile. */
  private static final int COPIES_MAX = 2;

  private final RedisAdmin admin;
  private final RedisAdmin copyAdmin;
  private final PinLedger ledger;
  private final Duration timeout;
  private final long dumpBytesMax;

  /**
   * A way to move keys.
   *
   * @param admin for single calls
   * @param copyAdmin opens the connections of a move; their name is known to {@code ledger}
   * @param timeout of one call
   * @param dumpBytesMax size of a key that may be moved in one piece for lack of another way
   */
  public BigKeyMove(
      RedisAdmin admin,
      RedisAdmin copyAdmin,
      PinLedger ledger,
      Duration timeout,
      long dumpBytesMax) {
    this.admin = admin;
    this.copyAdmin = copyAdmin;
    this.ledger = ledger;
    this.timeout = timeout;
    this.dumpBytesMax = dumpBytesMax;
  }

  /**
   * Moves a key that is served.
   *
   * @param step called between pieces; throws {@link NotMoved} if the move is to end
   * @throws NotMoved if the key stays on the source, where it is served as before
   * @throws RedisAdminException if a server fails so that the key has to be settled later
   */
  public void move(
      HostAndPort source, HostAndPort target, int slotId, PinnedKey key, Runnable step) {
    step.run();
    ledger.endEarlierMoves(source);
    ledger.endEarlierMoves(target);
    PinnedKey now = key;
    // Opened before the commit: a leader after this one finds them, and ends them.
    try (RedisSession from = copyAdmin.open(source, key.database(), timeout);
        RedisSession to = copyAdmin.open(target, key.database(), timeout)) {
      now = ledger.commit(slotId, now, Phase.COPYING);
      KeyAt original = new KeyAt(from, timeout, key.bytes());
      KeyAt copy = new KeyAt(to, timeout, CopyName.of(key.bytes()));
      ledger.awaitProxies(source, target);
      Deletion onTarget = new Deletion();
      copy(original, copy, onTarget, step);
      now = ledger.commit(slotId, now, Phase.FENCED);
      ledger.awaitProxies(source, target);
      Deletion onSource = new Deletion();
      KeyAt waste = original.named(copy.key());
      replace(original, copy, onTarget, () -> onSource.deleteAtOnce(original, waste));
      ledger.commitUnpinned(slotId, now);
      deleteRest(onSource, waste);
    } catch (NotMoved | RedisAdminException e) {
      LOGGER.info("a big key of slot {} stays on {}: {}", slotId, source, e.getMessage());
      if (!settle(source, target, slotId, now)) {
        throw e instanceof NotMoved known ? known : new NotMoved("stays: " + e.getMessage());
      }
    }
  }

  /** Copies and compares. A key that has gone meanwhile needs neither. */
  private void copy(KeyAt original, KeyAt copy, Deletion onTarget, Runnable step) {
    String difference = "";
    for (int attempt = 0; attempt < COPIES_MAX; attempt++) {
      try {
        onTarget.delete(copy);
        String type = Replies.text(original.call("TYPE"));
        KeyCopy way = wayOf(type);
        way.copy(original, copy, step);
        Optional<String> found = way.difference(original, copy, step);
        if (found.isEmpty()) {
          return;
        }
        difference = found.get();
      } catch (RedisAdminException e) {
        if (e.kind() != RedisAdminException.Kind.REFUSED || isThere(original)) {
          throw e;
        }
      }
      if (!isThere(original)) {
        return;
      }
    }
    throw new NotMoved("its copy is not equal to it: " + difference);
  }

  private KeyCopy wayOf(String type) {
    return switch (type) {
      case "string" -> new StringCopy();
      case "list" -> new ListCopy();
      case "hash" -> new HashCopy();
      case "set" -> new SetCopy();
      case "zset" -> new SortedSetCopy();
      case "stream" -> new StreamCopy();
      default -> new DumpCopy(type, dumpBytesMax);
    };
  }

  private static boolean isThere(KeyAt key) {
    return key.number("EXISTS") == 1;
  }

  /** Nobody uses the key on either server: puts the copy in its place, then deletes it. */
  private static void replace(KeyAt original, KeyAt copy, Deletion onTarget, Runnable delete) {
    KeyAt place = copy.named(original.key());
    long timeToLive = original.number("PTTL");
    onTarget.deleteAhead(place);
    if (timeToLive == -2) {
      onTarget.deleteAhead(copy);
      copy.callAll(List.of(onTarget.command(copy), onTarget.command(place)));
      return;
    }
    List<Reply> replies =
        copy.callAll(
            List.of(
                Replies.command("MULTI"),
                onTarget.command(place),
                timeToLive < 0 ? copy.command("PERSIST") : copy.command("PEXPIRE", timeToLive),
                copy.command("RENAME", (Object) original.key()),
                Replies.command("EXEC")));
    if (!hasRenamed(replies.getLast())) {
      throw new NotMoved("its copy has gone from the target");
    }
    delete.run();
  }

  /** Nobody waits for it, and it vanishes by itself if it comes to nothing. */
  private static void deleteRest(Deletion onSource, KeyAt waste) {
    try {
      onSource.deleteAhead(waste);
    } catch (RedisAdminException e) {
      LOGGER.info("what is left of a big key that has moved goes later: {}", e.getMessage());
    }
  }

  private static boolean hasRenamed(Reply exec) {
    return exec instanceof Reply.Items items
        && items.items().getLast() instanceof Reply.Text text
        && Replies.text(text).equals("OK");
  }

  /**
   * Brings a key to rest that was left in any phase, by whomever.
   *
   * @return whether it has left the source; otherwise it is served there
   * @throws RedisAdminException if that cannot be known now
   */
  public boolean settle(HostAndPort source, HostAndPort target, int slotId, PinnedKey key) {
    if (key.phase() == Phase.FENCED) {
      ledger.endEarlierMoves(source);
      ledger.endEarlierMoves(target);
      if (!exists(source, key)) {
        removeCopy(target, key);
        ledger.commitUnpinned(slotId, key);
        return true;
      }
    }
    if (key.phase() != Phase.SERVED) {
      ledger.commit(slotId, key, Phase.SERVED);
    }
    try {
      ledger.endEarlierMoves(target);
      removeCopy(target, key);
      if (key.phase() == Phase.FENCED) {
        // It may have taken the key's place there before the source had it (again).
        delete(target, key.database(), key.bytes());
      }
    } catch (RedisAdminException e) {
      // The next move of the key, or the way back of its slot, begins with it.
      LOGGER.info("a copy of a key of slot {} may be left: {}", slotId, e.getMessage());
    }
    return false;
  }

  private boolean exists(HostAndPort server, PinnedKey key) {
    List<byte[]> command = List.of(KeyAt.ascii("EXISTS"), key.bytes());
    return Replies.number(admin.call(server, key.database(), timeout, command), 0) == 1;
  }

  /** Removes what a move of the key has left on its target. */
  public void removeCopy(HostAndPort target, PinnedKey key) {
    delete(target, key.database(), CopyName.of(key.bytes()));
  }

  private void delete(HostAndPort server, int database, byte[] name) {
    try {
      admin.call(server, database, timeout, List.of(KeyAt.ascii("UNLINK"), name));
    } catch (RedisAdminException e) {
      if (!Deletion.isUnknown(e)) {
        throw e;
      }
      try (RedisSession session = admin.open(server, database, timeout)) {
        new Deletion().delete(new KeyAt(session, timeout, name));
      }
    }
  }
}
