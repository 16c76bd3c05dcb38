package io.vodis.topom.dump;

import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.redis.Credentials;
import io.vodis.redis.InfoField;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether a server lets us give it {@code MIGRATE}, and it does what we need:
 *
 * <ul>
 *   <li>Before Redis 4.0.7 it has no words to sign in with, and a target with a password is out of
 *       its reach.
 *   <li>Before 3.2.7, of keys that are moved with one command those that do not expire take over
 *       when the one before them does (redis/redis#3673), and vanish.
 * </ul>
 */
public final class MigratePermission {

  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})");

  /** 3.2.7, three digits each. */
  private static final int FIRST_MENDED = 3_002_007;

  private MigratePermission() {}

  /**
   * Asks it to move a key that does not exist, which it answers without looking for the target.
   *
   * @param signIn how it would sign in to the target
   * @throws RedisAdminException if it does not answer
   */
  public static boolean isGiven(
      RedisAdmin admin,
      HostAndPort source,
      HostAndPort target,
      Credentials signIn,
      Duration timeout) {
    String port = Integer.toString(target.port());
    String nothing = "vodis:" + Threads.current().newName();
    List<byte[]> command = Replies.command("MIGRATE", target.host(), port, "", "0", "10");
    command.addAll(Replies.command(signIn.ofMigrate().toArray(String[]::new)));
    command.addAll(Replies.command("KEYS", nothing));
    try {
      List<Reply> replies =
          admin.callAll(source, 0, timeout, List.of(Replies.command("INFO", "server"), command));
      String info = Replies.text(replies.getFirst());
      return !confusesExpiries(InfoField.text(info, "redis_version"));
    } catch (RedisAdminException e) {
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      return !forbids(String.valueOf(e.getMessage()));
    }
  }

  static boolean confusesExpiries(String version) {
    Matcher numbers = VERSION.matcher(version);
    if (!numbers.matches()) {
      return false;
    }
    int number = 0;
    for (int part = 1; part <= 3; part++) {
      number = number * 1000 + Math.min(999, Integer.parseInt(numbers.group(part)));
    }
    return number < FIRST_MENDED;
  }

  /** In the words of Redis, or of a service that has put others in their place. */
  static boolean forbids(String refusal) {
    String words = refusal.toLowerCase(Locale.ROOT);
    return Stream.of(
            "unknown command",
            "syntax error",
            "noperm",
            "not allowed",
            "not permitted",
            "not supported",
            "disabled",
            "forbidden",
            "denied")
        .anyMatch(words::contains);
  }
}
