package io.vodis.topom.bigkey;

import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A hash with the times at which its fields expire, where servers know such times. */
final class HashCopy extends ScannedCopy {

  /** Of a field that does not expire, and of one that does not exist. */
  private static final long NEVER = -1;

  private static final long NO_FIELD = -2;

  private boolean fieldsExpire;
  private boolean sourceKnowsExpiry = true;

  HashCopy() {
    super("HSCAN", "HLEN");
  }

  @Override
  boolean elementsExpire() {
    return fieldsExpire;
  }

  @Override
  void add(KeyAt from, KeyAt to, List<byte[]> page) {
    List<byte[]> fields = every(2, 0, page);
    Map<Long, List<byte[]>> byExpiry = new TreeMap<>();
    List<Long> expiries = sourceKnowsExpiry ? askedFirst(from, fields) : never(fields);
    for (int i = 0; i < fields.size(); i++) {
      if (expiries.get(i) >= 0) {
        byExpiry.computeIfAbsent(expiries.get(i), e -> new ArrayList<>()).add(fields.get(i));
      }
    }
    List<List<byte[]>> commands = new ArrayList<>();
    // Before Redis 4 HSET takes one field only.
    commands.add(to.commandWith("HMSET", page));
    byExpiry.forEach(
        (expiry, expiring) -> {
          List<byte[]> command = to.command("HPEXPIREAT", expiry, "FIELDS", expiring.size());
          command.addAll(expiring);
          commands.add(command);
        });
    to.callAll(commands);
    fieldsExpire |= !byExpiry.isEmpty();
  }

  private List<Long> askedFirst(KeyAt from, List<byte[]> fields) {
    try {
      return expiries(from, fields);
    } catch (RedisAdminException e) {
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      sourceKnowsExpiry = false; // Servers before this command have no expiring fields.
      return never(fields);
    }
  }

  private static List<Long> never(List<byte[]> fields) {
    return Collections.nCopies(fields.size(), NEVER);
  }

  /** Unix milliseconds; negative: the field does not expire, or does not exist. */
  private static List<Long> expiries(KeyAt key, List<byte[]> fields) {
    List<byte[]> command = key.command("HPEXPIRETIME", "FIELDS", fields.size());
    command.addAll(fields);
    Reply reply = key.call(command);
    if (reply instanceof Reply.Null) {
      return Collections.nCopies(fields.size(), NO_FIELD); // The hash is gone.
    }
    return Replies.items(reply).stream().map(time -> Replies.number(time, NO_FIELD)).toList();
  }

  @Override
  boolean agrees(KeyAt scanned, KeyAt other, List<byte[]> page) {
    List<byte[]> fields = every(2, 0, page);
    List<Reply> values = Replies.items(other.call(other.commandWith("HMGET", fields)));
    List<byte[]> doubtful = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      if (values.get(i) instanceof Reply.Null && fieldsExpire) {
        doubtful.add(fields.get(i));
      } else if (values.get(i) instanceof Reply.Null
          || !Arrays.equals(Replies.bytes(values.get(i)), page.get(2 * i + 1))) {
        return false;
      }
    }
    return (!fieldsExpire || expiriesAgree(scanned, other, fields)) && haveGone(scanned, doubtful);
  }

  /** A field that has just expired on one server need not have on the other, or is gone soon. */
  private static boolean expiriesAgree(KeyAt scanned, KeyAt other, List<byte[]> fields) {
    List<Long> ours = expiries(scanned, fields);
    List<Long> theirs = expiries(other, fields);
    for (int i = 0; i < fields.size(); i++) {
      boolean bothThere = ours.get(i) != NO_FIELD && theirs.get(i) != NO_FIELD;
      if (bothThere && !ours.get(i).equals(theirs.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean haveGone(KeyAt key, List<byte[]> fields) {
    if (fields.isEmpty()) {
      return true;
    }
    for (Reply value : Replies.items(key.call(key.commandWith("HMGET", fields)))) {
      if (!(value instanceof Reply.Null)) {
        return false;
      }
    }
    return true;
  }
}
