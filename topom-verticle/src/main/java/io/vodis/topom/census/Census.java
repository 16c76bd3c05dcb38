package io.vodis.topom.census;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What was found on the servers at one time.
 *
 * @param epoch of the topology by which keys were judged
 * @param slots those that were asked for, in order
 * @param strays keys on servers that do not own their slot, and of which slots, bounded in number
 * @param strayKeys how many there were in all
 */
public record Census(
    long epoch,
    Instant at,
    Duration took,
    List<SlotFigures> slots,
    List<Stray> strays,
    long strayKeys) {

  public Census {
    slots = List.copyOf(slots);
    strays = List.copyOf(strays);
  }
}
