package io.vodis.topom.sweep;

import io.vodis.model.HostAndPort;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.slot.ReservedName;
import io.vodis.slot.SlotHash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One page of keys, mostly of a SCAN: what of it concerns a task.
 *
 * @param nextCursor {@code 0} when nothing comes behind it
 * @param scanned keys in the page, concerned or not
 * @param keysByTarget the keys that have to move, by where to
 */
record KeyPage(String nextCursor, int scanned, Map<HostAndPort, List<MovingKey>> keysByTarget) {

  /** A key of a slot that moves. */
  record MovingKey(int slotId, byte[] name) {}

  private static final String END = "0";

  /** Where the scan goes on behind a page; empty at its end. */
  static Optional<String> cursorBehind(Reply scanReply) {
    String cursor = Replies.text(Replies.items(scanReply).getFirst());
    return cursor.equals(END) ? Optional.empty() : Optional.of(cursor);
  }

  static KeyPage of(Reply scanReply, MigrationTask task, int database) {
    List<Reply> parts = Replies.items(scanReply);
    List<Reply> names = Replies.items(parts.get(1));
    Map<HostAndPort, List<MovingKey>> keysByTarget = new LinkedHashMap<>();
    for (Reply name : names) {
      byte[] bytes = Replies.bytes(name);
      int slotId = SlotHash.slotOf(bytes);
      HostAndPort target = task.targetBySlot().get(slotId);
      if (target != null && !ReservedName.is(bytes) && !task.isPinned(database, bytes)) {
        keysByTarget
            .computeIfAbsent(target, t -> new ArrayList<>())
            .add(new MovingKey(slotId, bytes));
      }
    }
    return new KeyPage(Replies.text(parts.get(0)), names.size(), keysByTarget);
  }

  /** Keys that are known to belong to the task's slots, unless they have been pinned since. */
  static KeyPage ofKnown(List<MovingKey> keys, MigrationTask task, int database) {
    Map<HostAndPort, List<MovingKey>> keysByTarget = new LinkedHashMap<>();
    for (MovingKey key : keys) {
      HostAndPort target = task.targetBySlot().get(key.slotId());
      if (target != null && !task.isPinned(database, key.name())) {
        keysByTarget.computeIfAbsent(target, t -> new ArrayList<>()).add(key);
      }
    }
    return new KeyPage(END, keys.size(), keysByTarget);
  }

  boolean isLast() {
    return nextCursor.equals(END);
  }
}
