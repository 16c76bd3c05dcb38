package io.vodis.topom.sweep;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds out how keys can get from one server to another, by asking both what they know. */
final class MethodChoice {

  /** Both need all: a move that is cancelled turns round. */
  static final List<String> SYNC =
      List.of(
          "SLOTSINFO",
          "SLOTSSCAN",
          "SLOTSMGRTONE",
          "SLOTSMGRTTAGONE",
          "SLOTSMGRTTAGSLOT",
          "SLOTSRESTORE");

  static final List<String> SEMI_ASYNC =
      List.of(
          "SLOTSMGRTTAGONE-ASYNC",
          "SLOTSMGRTTAGSLOT-ASYNC",
          "SLOTSMGRT-ASYNC-CANCEL",
          "SLOTSMGRT-ASYNC-STATUS",
          "SLOTSMGRT-EXEC-WRAPPER",
          "SLOTSRESTORE-ASYNC");

  /** Of Redis 6 and later, which also take a user's name with MIGRATE. */
  static final String USERS = "ACL";

  private final RedisAdmin admin;
  private final Duration timeout;

  MethodChoice(RedisAdmin admin, Duration timeout) {
    this.admin = admin;
    this.timeout = timeout;
  }

  /**
   * The method for slots that are about to be opened.
   *
   * @param wanted between codis-servers
   */
  MigrationMethod choose(HostAndPort source, HostAndPort target, MigrationMethod wanted) {
    Set<String> ofSource = known(source);
    if (ofSource.isEmpty()) {
      return MigrationMethod.MIGRATE;
    }
    Set<String> ofBoth = new HashSet<>(ofSource);
    ofBoth.retainAll(known(target));
    return choose(ofBoth, wanted);
  }

  static MigrationMethod choose(Set<String> ofBoth, MigrationMethod wanted) {
    if (!ofBoth.containsAll(SYNC)) {
      return ofBoth.contains(USERS) ? MigrationMethod.REVOCABLE_MIGRATE : MigrationMethod.MIGRATE;
    }
    return wanted == MigrationMethod.SEMI_ASYNC && !ofBoth.containsAll(SEMI_ASYNC)
        ? MigrationMethod.SYNC
        : wanted;
  }

  private Set<String> known(HostAndPort server) {
    List<String> question = new ArrayList<>(List.of("COMMAND", "INFO"));
    question.addAll(SYNC);
    question.addAll(SEMI_ASYNC);
    question.add(USERS);
    Set<String> known = new HashSet<>();
    try {
      Reply reply =
          admin.call(server, 0, timeout, Replies.command(question.toArray(String[]::new)));
      for (Reply described : Replies.items(reply)) {
        if (described instanceof Reply.Items array && !array.items().isEmpty()) {
          byte[] name = Replies.bytes(array.items().getFirst());
          known.add(new String(name, StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT));
        }
      }
    } catch (RedisAdminException e) {
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      // It may not be asked: then it is taken for one like any other.
    }
    return known;
  }
}
