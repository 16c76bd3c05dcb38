package io.vodis.topom.bigkey;

import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * Deletes big keys that nobody uses on one server, without holding it up for long: with UNLINK, or
 * piece by piece where there is none, which is before Redis 4.
 */
final class Deletion {

  private static final int PIECE = 1000;

  /** After a leader that has died in the midst of it, the server deletes the rest by itself. */
  private static final long ORPHAN_MILLIS = 600_000;

  private boolean hasUnlink = true;

  /** Whether a server's refusal says that it does not know the command at all. */
  static boolean isUnknown(RedisAdminException e) {
    return e.kind() == RedisAdminException.Kind.REFUSED
        && String.valueOf(e.getMessage()).contains("unknown command");
  }

  /** The command for one key among others; {@link #delete} has been called before. */
  List<byte[]> command(KeyAt key) {
    return key.command(hasUnlink ? "UNLINK" : "DEL");
  }

  /** Does what {@link #command} could not do at once. */
  void deleteAhead(KeyAt key) {
    if (!hasUnlink) {
      deleteInPieces(key);
    }
  }

  /** Deletes a key of which parts may go before others. */
  void delete(KeyAt key) {
    if (!unlinked(key)) {
      deleteInPieces(key);
    }
  }

  /**
   * Deletes a key as a whole: it is either there or not, whatever happens.
   *
   * @param waste a name for what is left of it to be deleted with {@link #deleteAhead}
   */
  void deleteAtOnce(KeyAt key, KeyAt waste) {
    if (unlinked(key)) {
      return;
    }
    // What a move before this one has left there would be deleted by RENAME, in one piece.
    deleteInPieces(waste);
    key.callAll(
        List.of(
            Replies.command("MULTI"),
            key.command("RENAME", (Object) waste.key()),
            waste.command("PEXPIRE", ORPHAN_MILLIS),
            Replies.command("EXEC")));
  }

  private boolean unlinked(KeyAt key) {
    if (hasUnlink) {
      try {
        key.call("UNLINK");
      } catch (RedisAdminException e) {
        if (!isUnknown(e)) {
          throw e;
        }
        hasUnlink = false;
      }
    }
    return hasUnlink;
  }

  private static void deleteInPieces(KeyAt key) {
    switch (Replies.text(key.call("TYPE"))) {
      case "list" -> {
        while (key.number("LLEN") > PIECE) {
          key.call("LTRIM", PIECE, -1);
        }
      }
      case "zset" -> {
        long gone;
        do {
          gone = key.number("ZREMRANGEBYRANK", 0, PIECE - 1);
        } while (gone == PIECE);
      }
      case "hash" -> scanAway(key, "HSCAN", 2, "HDEL");
      case "set" -> scanAway(key, "SSCAN", 1, "SREM");
      default -> {
        // A string goes at once, whatever its size.
      }
    }
    key.call("DEL");
  }

  private static void scanAway(KeyAt key, String scan, int stride, String remove) {
    String cursor = "0";
    do {
      List<Reply> page = Replies.items(key.call(scan, cursor, "COUNT", PIECE));
      cursor = Replies.text(page.get(0));
      List<byte[]> elements =
          new ArrayList<>(ScannedCopy.every(stride, 0, Bytes.of(Replies.items(page.get(1)))));
      if (!elements.isEmpty()) {
        key.call(key.commandWith(remove, elements));
      }
    } while (!cursor.equals("0"));
  }
}
