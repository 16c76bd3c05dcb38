package io.vodis.model;

import java.util.ArrayList;
import java.util.List;

/** Neighbouring slots with one route: {@code first} to {@code last}, both included. */
public record SlotRange(int first, int last, SlotRoute route) {

  public SlotRange {
    if (first < 0 || last < first || last >= Topology.SLOT_COUNT) {
      throw new IllegalArgumentException("invalid slot range [" + first + "," + last + "]");
    }
  }

  /** Joins equal neighbours. {@code routes} has one entry per slot. */
  public static List<SlotRange> compress(List<SlotRoute> routes) {
    List<SlotRange> ranges = new ArrayList<>();
    int first = 0;
    for (int i = 1; i <= routes.size(); i++) {
      if (i == routes.size() || !routes.get(i).equals(routes.get(first))) {
        ranges.add(new SlotRange(first, i - 1, routes.get(first)));
        first = i;
      }
    }
    return List.copyOf(ranges);
  }
}
