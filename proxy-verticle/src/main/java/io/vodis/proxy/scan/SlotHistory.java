package io.vodis.proxy.scan;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.route.RouteTable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Which servers have held keys of each slot, in the order in which the keys went from one to the
 * other, and at which epochs. One per loop; knows nothing of what was before its first table.
 *
 * <p>A live proxy sees every step of a move, because each step waits for all live proxies: before
 * any key of a slot leaves its server, the slot is fenced here. A proxy that was passed over has
 * lost its lease, and forgets what it knew when it gets the next table.
 */
public final class SlotHistory {

  /** Keys of a slot were on {@code server} in the tables of the epochs from, to (exclusive). */
  static final class Stay {
    final HostAndPort server;
    final long from;
    long to = Long.MAX_VALUE;

    private Stay(HostAndPort server, long from) {
      this.server = server;
      this.from = from;
    }

    private boolean lasts() {
      return to == Long.MAX_VALUE;
    }
  }

  private static final int STAYS_MAX = 8;
  private static final int EPOCHS_MAX = 4096;

  private final List<List<Stay>> stays = new ArrayList<>(Topology.SLOT_COUNT);

  /** Epochs whose very table was in force here: for these all proxies agree on what was where. */
  private final TreeSet<Long> epochs = new TreeSet<>();

  /** What was before this epoch is not known, or does not count any more. */
  private long floor;

  private RouteTable table = RouteTable.NONE;

  public SlotHistory() {
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      stays.add(new ArrayList<>(2));
    }
  }

  /**
   * A table comes into force.
   *
   * @param continuous false: this proxy may have been passed over since the table before
   */
  public void install(RouteTable next, boolean continuous) {
    long epoch = next.epoch();
    if (!continuous || epoch <= table.epoch()) {
      epochs.clear();
      floor = epoch;
    }
    epochs.add(epoch);
    if (epochs.size() > EPOCHS_MAX) {
      epochs.pollFirst();
    }
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      SlotRoute route = next.route(slot);
      if (!route.equals(table.route(slot))) {
        update(stays.get(slot), route, epoch);
      }
    }
    table = next;
  }

  private void update(List<Stay> slot, SlotRoute route, long epoch) {
    switch (route) {
      case SlotRoute.Serving serving -> {
        endAllBut(slot, serving.primary(), epoch);
        if (!isHeldBy(slot, serving.primary())) {
          slot.add(new Stay(serving.primary(), epoch));
        }
      }
      case SlotRoute.Migrating moving -> migrate(slot, moving, epoch);
      case SlotRoute.Fenced fenced -> {
        // Where the keys go from here is not known yet; they stay where they were until it is.
        if (!isHeldBy(slot, fenced.owner())) {
          slot.add(new Stay(fenced.owner(), epoch));
        }
        if (fenced.breakInFlight()) {
          // The server may have been started anew: its old cursors mean nothing.
          floor = epoch;
        }
      }
      case SlotRoute.Offline offline -> slot.forEach(stay -> stay.to = Math.min(stay.to, epoch));
    }
    while (slot.size() > STAYS_MAX && !slot.getFirst().lasts()) {
      floor = Math.max(floor, slot.removeFirst().to);
    }
  }

  /** Keys go from the source to the target, so the source's stay has to come first. */
  private static void migrate(List<Stay> slot, SlotRoute.Migrating moving, long epoch) {
    List<HostAndPort> now = slot.stream().filter(Stay::lasts).map(stay -> stay.server).toList();
    if (now.equals(List.of(moving.source(), moving.target()))) {
      return;
    }
    endAllBut(slot, moving.source(), epoch);
    if (!isHeldBy(slot, moving.source())) {
      slot.add(new Stay(moving.source(), epoch));
    }
    slot.add(new Stay(moving.target(), epoch));
  }

  /** Ends all stays but the last one on {@code server}. */
  private static void endAllBut(List<Stay> slot, HostAndPort server, long epoch) {
    boolean kept = false;
    for (int i = slot.size() - 1; i >= 0; i--) {
      Stay stay = slot.get(i);
      if (stay.lasts() && (kept || !stay.server.equals(server))) {
        stay.to = epoch;
      } else {
        kept |= stay.lasts();
      }
    }
  }

  private static boolean isHeldBy(List<Stay> slot, HostAndPort server) {
    return slot.stream().anyMatch(stay -> stay.lasts() && stay.server.equals(server));
  }

  /** The table in force. */
  public RouteTable table() {
    return table;
  }

  /** Whether everything that has happened since that epoch is known. */
  boolean knows(long epoch) {
    return epoch >= floor && epochs.contains(epoch);
  }

  /** The servers that have held keys of the slot since that epoch, in order. */
  List<Stay> since(int slot, long epoch) {
    List<Stay> all = stays.get(slot);
    int first = 0;
    // In order of arrival is not in order of leaving, but nearly: mostly this finds them all.
    while (first < all.size() && all.get(first).to <= epoch) {
      first++;
    }
    List<Stay> since = all.subList(first, all.size());
    for (Stay stay : since) {
      if (stay.to <= epoch) {
        return since.stream().filter(later -> later.to > epoch).toList();
      }
    }
    return since;
  }
}
