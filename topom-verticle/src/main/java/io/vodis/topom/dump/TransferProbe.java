package io.vodis.topom.dump;

import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.slot.CopyName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a server understands what another one dumps. Each version writes dumps of its own number
 * and refuses those of a higher one; so one key of the simplest kind tells for all.
 */
public final class TransferProbe {

  private static final String MILLIS = "5000";

  private TransferProbe() {}

  /**
   * Takes a key there that is no key of the product and vanishes by itself. A server that does not
   * take it for another reason, such as having no memory left, will say so in its time.
   */
  public static void require(
      RedisAdmin admin, HostAndPort source, HostAndPort target, Duration timeout) {
    byte[] name = CopyName.of(Threads.current().newName().getBytes(StandardCharsets.US_ASCII));
    List<byte[]> set = command("SET", name);
    set.addAll(Replies.command("v", "PX", MILLIS));
    byte[] dump;
    try {
      List<Reply> replies =
          admin.callAll(
              source, 0, timeout, List.of(set, command("DUMP", name), command("DEL", name)));
      if (!(replies.get(1) instanceof Reply.Text text)) {
        return;
      }
      dump = text.bytes();
    } catch (RedisAdminException e) {
      if (e.kind() == RedisAdminException.Kind.REFUSED) {
        return;
      }
      throw e;
    }
    List<byte[]> restore = command("RESTORE", name);
    restore.addAll(Replies.command(MILLIS));
    restore.add(dump);
    try {
      var unused = admin.callAll(target, 0, timeout, List.of(restore, command("DEL", name)));
    } catch (RedisAdminException e) {
      String words = String.valueOf(e.getMessage());
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      if (words.contains("DUMP payload version")) {
        throw new RedisAdminException(
            target,
            RedisAdminException.Kind.REFUSED,
            "does not understand the keys of %s, which is of a newer version (%s)"
                .formatted(source, words),
            e);
      }
    }
  }

  private static List<byte[]> command(String command, byte[] name) {
    List<byte[]> words = new ArrayList<>(Replies.command(command));
    words.add(name);
    return words;
  }
}
