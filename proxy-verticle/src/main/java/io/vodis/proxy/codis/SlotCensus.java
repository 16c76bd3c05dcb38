package io.vodis.proxy.codis;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.Lane;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.fanout.KeyPage;
import io.vodis.proxy.fanout.Merge;
import io.vodis.proxy.session.Session;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespErrors;
import io.vodis.slot.SlotHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the keys of each slot on servers that do not keep such counts, by reading all keys of a
 * database page by page. A server and database is read once at a time, one page after the other,
 * whoever asks: those who ask meanwhile get the result of the next reading, for what has been read
 * may have changed since. One per loop.
 */
final class SlotCensus {

  private static final String PAGE_KEYS = "1000";
  private static final byte[] UNEXPECTED =
      RespErrors.reply("ERR a backend sent an unexpected reply");

  private record Place(HostAndPort server, int database) {}

  /** Somebody who wants the counts, or the error. */
  private record Waiter(
      Session session, BiConsumer<@Nullable SlotCounts, byte @Nullable []> onCounted) {}

  private final GroupCalls calls;
  private final Map<Place, Reading> readings = new HashMap<>();

  SlotCensus(GroupCalls calls) {
    this.calls = calls;
  }

  /** Counts; one of the two that {@code onCounted} gets is null. */
  void count(
      Session session,
      HostAndPort server,
      BiConsumer<@Nullable SlotCounts, byte @Nullable []> onCounted) {
    Place place = new Place(server, session.database());
    Waiter waiter = new Waiter(session, onCounted);
    Reading present = readings.get(place);
    if (present == null) {
      begin(place, List.of(waiter));
    } else {
      present.next.add(waiter);
    }
  }

  private void begin(Place place, List<Waiter> waiters) {
    Reading reading = new Reading(place, waiters);
    readings.put(place, reading);
    reading.readFrom(0);
  }

  /** All keys of a place, once. */
  private final class Reading {
    private final Place place;
    private final List<Waiter> waiters;
    private final List<Waiter> next = new ArrayList<>();
    private final SlotCounts counts = new SlotCounts();

    private Reading(Place place, List<Waiter> waiters) {
      this.place = place;
      this.waiters = waiters;
    }

    private void readFrom(long cursor) {
      Origin any = waiters.getFirst().session();
      calls.ask(
          any,
          Lane.of(place.database(), Protocol.RESP2),
          GroupCalls.Way.SHARED,
          List.of(place.server()),
          GroupCalls.frame("SCAN", Long.toUnsignedString(cursor), "COUNT", PAGE_KEYS),
          replies -> onPage(replies.getFirst()));
    }

    private void onPage(byte[] reply) {
      KeyPage page = Merge.error(List.of(reply)) != null ? null : KeyPage.ofScan(reply);
      if (page == null) {
        end(null, reply[0] == '-' ? reply : UNEXPECTED);
        return;
      }
      page.keys().forEach(key -> counts.add(SlotHash.slotOf(key)));
      if (page.cursor() == 0) {
        end(counts, null);
      } else if (waiters.stream().noneMatch(waiter -> isThere(waiter.session()))) {
        end(null, UNEXPECTED);
      } else {
        readFrom(page.cursor());
      }
    }

    private void end(@Nullable SlotCounts result, byte @Nullable [] error) {
      readings.remove(place);
      List<Waiter> later = next.stream().filter(waiter -> isThere(waiter.session())).toList();
      if (!later.isEmpty()) {
        begin(place, later);
      }
      waiters.forEach(waiter -> waiter.onCounted().accept(result, error));
    }
  }

  private static boolean isThere(Session session) {
    return session.environment().sessions().byId(session.client().id()) != null;
  }
}
