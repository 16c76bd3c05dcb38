package io.vodis.topom.census;

import io.vodis.lifecycle.Clock;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.redis.SizeScript;
import io.vodis.slot.ReservedName;
import io.vodis.slot.SlotHash;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomException.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reads every key's name, type and size on the primaries, a page at a time, and leaves each server
 * alone as long as the page took: at most half of its time is used.
 */
public final class CensusTaker {

  /** Answers type and size of each key, in order; a key that is gone has the type none. */
  private static final String FACTS_SCRIPT =
      SizeScript.BYTES_OF
          + "local facts = {} "
          + "for i, key in ipairs(KEYS) do "
          + "local reply = call('TYPE', key) "
          + "facts[#facts + 1] = reply.ok or reply['ok'] "
          + "facts[#facts + 1] = bytes_of(key) end "
          + "return facts";

  private static final int PAGE_KEYS = 200;
  private static final int STRAYS_MAX = 1000;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long PAUSE_MAX_NANOS = 50_000_000;

  private final RedisAdmin admin;
  private final Supplier<Topology> topology;
  private final Clock clock;

  public CensusTaker(RedisAdmin admin, Supplier<Topology> topology, Clock clock) {
    this.admin = admin;
    this.topology = topology;
    this.clock = clock;
  }

  /**
   * Looks at the keys of slots {@code first} to {@code last} on all primaries.
   *
   * @param within how long it may take
   * @param proceed asked before every page
   * @throws TopomException {@code UNAVAILABLE} if a server does not answer or time is over
   */
  public Census take(int first, int last, Duration within, BooleanSupplier proceed) {
    Topology looked = topology.get();
    Count count = new Count(looked, first, last);
    long start = clock.nanoTime();
    long deadline = start + within.toNanos();
    Instant at = clock.now();
    try {
      for (Group group : looked.groups().values()) {
        for (HostAndPort primary : looked.primaryOf(group.groupId()).stream().toList()) {
          for (int database : admin.status(primary, TIMEOUT).keysByDatabase().keySet()) {
            scan(new Place(group.groupId(), primary, database), count, deadline, proceed);
          }
        }
      }
    } catch (RedisAdminException e) {
      throw new TopomException(Code.UNAVAILABLE, e.getMessage() + "; the census is not made", e);
    }
    return count.census(at, Duration.ofNanos(clock.nanoTime() - start));
  }

  /** One database of a group's primary. */
  private record Place(int groupId, HostAndPort server, int database) {}

  private void scan(Place place, Count count, long deadline, BooleanSupplier proceed) {
    String cursor = "0";
    do {
      long began = clock.nanoTime();
      if (began - deadline > 0 || !proceed.getAsBoolean()) {
        throw new TopomException(
            Code.UNAVAILABLE,
            "the census was given up: it took too long, or this topom leads no more");
      }
      List<Reply> page =
          Replies.items(
              admin.call(
                  place.server(),
                  place.database(),
                  TIMEOUT,
                  Replies.command("SCAN", cursor, "COUNT", Integer.toString(PAGE_KEYS))));
      cursor = Replies.text(page.getFirst());
      List<byte[]> names = Replies.items(page.getLast()).stream().map(Replies::bytes).toList();
      List<byte[]> concerned =
          names.stream().filter(name -> count.concerns(place.groupId(), name)).toList();
      if (!concerned.isEmpty()) {
        facts(place, concerned).forEach(key -> count.add(place, key));
      }
      LockSupport.parkNanos(Math.min(PAUSE_MAX_NANOS, clock.nanoTime() - began));
    } while (!cursor.equals("0"));
  }

  private List<KeyFacts> facts(Place place, List<byte[]> names) {
    List<byte[]> command = Replies.command("EVAL", FACTS_SCRIPT, Integer.toString(names.size()));
    command.addAll(names);
    List<KeyFacts> facts = new ArrayList<>();
    try {
      List<Reply> replies =
          Replies.items(admin.call(place.server(), place.database(), TIMEOUT, command));
      for (int i = 0; i < names.size(); i++) {
        String type = Replies.text(replies.get(2 * i));
        if (!type.equals("none")) {
          facts.add(new KeyFacts(names.get(i), type, Replies.number(replies.get(2 * i + 1), 0)));
        }
      }
    } catch (RedisAdminException e) {
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      // A user may be denied EVAL. Names can be counted still.
      names.forEach(name -> facts.add(new KeyFacts(name, "unknown", 0)));
    }
    return facts;
  }

  /** Sorts keys into those of the slots wanted and those that are astray. */
  private static final class Count {
    private final Topology topology;
    private final int first;
    private final int last;
    private final Map<Integer, SlotTally> tallies = new TreeMap<>();
    private final List<Stray> strays = new ArrayList<>();
    private long strayKeys;

    Count(Topology topology, int first, int last) {
      this.topology = topology;
      this.first = first;
      this.last = last;
      for (int slotId = first; slotId <= last; slotId++) {
        tallies.put(slotId, new SlotTally());
      }
    }

    boolean concerns(int groupId, byte[] name) {
      if (ReservedName.is(name)) {
        return false;
      }
      int slotId = SlotHash.slotOf(name);
      return slotId >= first && slotId <= last || !belongs(topology.slot(slotId), groupId);
    }

    void add(Place place, KeyFacts key) {
      SlotMapping slot = topology.slot(SlotHash.slotOf(key.name()));
      if (belongs(slot, place.groupId())) {
        SlotTally tally = tallies.get(slot.slotId());
        if (tally != null) {
          tally.add(key);
        }
        return;
      }
      strayKeys++;
      if (strays.size() < STRAYS_MAX) {
        strays.add(
            new Stray(
                place.server(),
                place.database(),
                slot.slotId(),
                key.name(),
                topology.primaryOf(slot.groupId()).orElse(null)));
      }
    }

    Census census(Instant at, Duration took) {
      List<SlotFigures> slots = new ArrayList<>();
      tallies.forEach((slotId, tally) -> slots.add(tally.figures(slotId)));
      return new Census(topology.epoch(), at, took, slots, strays, strayKeys);
    }
  }

  /** Keys of a slot that moves may be on both servers. */
  static boolean belongs(SlotMapping slot, int groupId) {
    return slot.groupId() == groupId
        || slot.action() instanceof SlotAction.Moving moving
            && moving.targetGroupId() == groupId
            && !(moving instanceof SlotAction.Pending);
  }
}
