package io.vodis.testsupport.codis;

import static java.util.Objects.requireNonNull;

import io.vodis.slot.SlotHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of each database are in which slot, and which have the same tag. Kept up to date by
 * the events of the server behind; what it says is what holds after the last command that was
 * answered.
 *
 * <p>Redis 3.2 has no events of what RESTORE creates and MIGRATE removes, nor when a list is empty
 * because somebody has waited for its last element.
 */
final class SlotIndex {

  private static final Set<String> ENDS =
      Set.of("del", "expired", "evicted", "rename_from", "move_from");
  private static final Set<String> POPS = Set.of("lpop", "rpop");
  private static final int DATABASES = 16;

  private final Map<Integer, Map<Integer, Set<String>>> bySlot = new HashMap<>();
  private final Map<Integer, Map<Long, Set<String>>> byTag = new HashMap<>();
  private final Map<Integer, Set<String>> doubtful = new HashMap<>();
  private final Engine events;
  private final Engine questions;
  private @Nullable CountDownLatch awaited;
  private boolean valid;

  /** Both connections are the index's own. */
  SlotIndex(Engine events, Engine questions) {
    this.events = events;
    this.questions = questions;
    events.send(List.of("PSUBSCRIBE", "__keyevent@*__:*"));
    Thread.ofVirtual().name("fake-codis-events").start(this::follow);
  }

  /** CRC32 of what is hashed of a key. */
  static long crc(String key) {
    int open = key.indexOf('{');
    int close = open < 0 ? -1 : key.indexOf('}', open + 1);
    CRC32 crc = new CRC32();
    crc.update(Wire.bytes(close < 0 ? key : key.substring(open + 1, close)));
    return crc.getValue();
  }

  /** Where a key stands among those of its slot, at least 1. */
  static long place(String key) {
    CRC32 crc = new CRC32();
    crc.update(Wire.bytes(key));
    return crc.getValue() + 1;
  }

  static boolean isTagged(String key) {
    int open = key.indexOf('{');
    return open >= 0 && key.indexOf('}', open + 1) >= 0;
  }

  static int slotOf(String key) {
    return SlotHash.slotOf(Wire.bytes(key));
  }

  private void follow() {
    try {
      while (true) {
        if (Wire.reply(events.in()) instanceof List<?> message) {
          on(message);
        }
      }
    } catch (IOException closed) {
      // The server has ended, and the fake with it.
    }
  }

  private synchronized void on(List<?> message) {
    if ("pong".equals(message.getFirst()) && awaited != null) {
      awaited.countDown();
    } else if ("pmessage".equals(message.getFirst())) {
      String channel = String.valueOf(message.get(2));
      int database =
          Integer.parseInt(channel.substring(channel.indexOf('@') + 1, channel.indexOf("__:")));
      String key = String.valueOf(message.get(3));
      String event = channel.substring(channel.indexOf("__:") + 3);
      if (ENDS.contains(event)) {
        remove(database, key);
      } else {
        add(database, key);
        if (POPS.contains(event)) {
          doubtful.computeIfAbsent(database, d -> new LinkedHashSet<>()).add(key);
        }
      }
    }
  }

  private void add(int database, String key) {
    bySlot
        .computeIfAbsent(database, d -> new HashMap<>())
        .computeIfAbsent(slotOf(key), s -> new LinkedHashSet<>())
        .add(key);
    if (isTagged(key)) {
      byTag
          .computeIfAbsent(database, d -> new HashMap<>())
          .computeIfAbsent(crc(key), c -> new LinkedHashSet<>())
          .add(key);
    }
  }

  private void remove(int database, String key) {
    removeFrom(bySlot.getOrDefault(database, Map.of()).get(slotOf(key)), key);
    if (isTagged(key)) {
      removeFrom(byTag.getOrDefault(database, Map.of()).get(crc(key)), key);
    }
  }

  private static void removeFrom(@Nullable Set<String> keys, String key) {
    if (keys != null) {
      keys.remove(key);
    }
  }

  /** Keys have come or gone in a way of which there are no events. */
  synchronized void invalidate() {
    valid = false;
  }

  /** Returns when every event of commands answered until now has been seen. */
  private void settle() {
    CountDownLatch latch = new CountDownLatch(1);
    synchronized (this) {
      awaited = latch;
    }
    events.send(List.of("PING"));
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no events from the server");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    synchronized (this) {
      if (!valid) {
        rebuild();
        valid = true;
      }
      doubtful.forEach(
          (database, keys) -> {
            questions.call("SELECT", Integer.toString(database));
            for (String key : keys) {
              if (questions.number("EXISTS", key) == 0) {
                remove(database, key);
              }
            }
          });
      doubtful.clear();
    }
  }

  /** Keys that are there now. */
  void restored(int database, List<String> keys) {
    settle();
    synchronized (this) {
      keys.forEach(key -> add(database, key));
    }
  }

  private void rebuild() {
    bySlot.clear();
    byTag.clear();
    for (int database = 0; database < DATABASES; database++) {
      questions.call("SELECT", Integer.toString(database));
      String cursor = "0";
      do {
        List<?> page = (List<?>) requireNonNull(questions.call("SCAN", cursor, "COUNT", "1000"));
        int in = database;
        ((List<?>) page.get(1)).forEach(key -> add(in, String.valueOf(key)));
        cursor = String.valueOf(page.get(0));
      } while (!cursor.equals("0"));
    }
  }

  List<String> inSlot(int database, int slot) {
    settle();
    synchronized (this) {
      return new ArrayList<>(bySlot.getOrDefault(database, Map.of()).getOrDefault(slot, Set.of()));
    }
  }

  /** Sizes of all slots of a database. */
  int[] sizes(int database) {
    settle();
    int[] sizes = new int[SlotHash.SLOT_COUNT];
    synchronized (this) {
      bySlot.getOrDefault(database, Map.of()).forEach((slot, keys) -> sizes[slot] = keys.size());
    }
    return sizes;
  }

  /** The keys with the same tag, sorted; of one without a tag that alone. */
  List<String> family(int database, String key) {
    if (!isTagged(key)) {
      return List.of(key);
    }
    settle();
    synchronized (this) {
      return byTag.getOrDefault(database, Map.of()).getOrDefault(crc(key), Set.of()).stream()
          .sorted()
          .toList();
    }
  }
}
