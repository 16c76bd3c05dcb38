package io.vodis.topom.dump;

import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/** Whether a server lets us give it {@code MIGRATE}. */
public final class MigratePermission {

  private MigratePermission() {}

  /**
   * Asks it to move a key that does not exist, which it answers without looking for the target.
   *
   * @throws RedisAdminException if it does not answer
   */
  public static boolean isGiven(
      RedisAdmin admin, HostAndPort source, HostAndPort target, Duration timeout) {
    String port = Integer.toString(target.port());
    String nothing = "vodis:" + Threads.current().newName();
    try {
      var unused =
          admin.call(
              source,
              0,
              timeout,
              Replies.command("MIGRATE", target.host(), port, "", "0", "10", "KEYS", nothing));
      return true;
    } catch (RedisAdminException e) {
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      return !forbids(String.valueOf(e.getMessage()));
    }
  }

  /** In the words of Redis, or of a service that has put others in their place. */
  static boolean forbids(String refusal) {
    String words = refusal.toLowerCase(Locale.ROOT);
    return Stream.of(
            "unknown command",
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
