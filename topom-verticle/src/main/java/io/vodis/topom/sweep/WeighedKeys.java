package io.vodis.topom.sweep;

import io.vodis.model.PinnedKey;
import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the known keys of slots weigh, as seen just before the slots are opened. Once a slot is open
 * a key on its source cannot grow, unless it is pinned: it is moved before anything changes it. So
 * these weights are good for the whole move.
 */
public final class WeighedKeys {

  /** No slots. */
  public static final WeighedKeys NONE = new WeighedKeys(Set.of(), List.of(), Map.of());

  /** A name is a part of its slot's row. */
  private static final int NAME_BYTES_MAX = 4096;

  /** The keys in one database. */
  record Share(int database, List<MovingKey> keys, KeySizes sizes) {}

  private record Big(int database, MovingKey key, long bytes) {}

  private final Set<Integer> slotIds;
  private final List<Share> shares;
  private final Map<Integer, List<PinnedKey>> pinned;

  private WeighedKeys(
      Set<Integer> slotIds, List<Share> shares, Map<Integer, List<PinnedKey>> pinned) {
    this.slotIds = slotIds;
    this.shares = shares;
    this.pinned = pinned;
  }

  /** Of these shares; none is to be pinned. */
  static WeighedKeys of(Collection<Integer> slotIds, List<Share> shares) {
    return new WeighedKeys(Set.copyOf(slotIds), List.copyOf(shares), Map.of());
  }

  /**
   * The same keys, some of them to be pinned.
   *
   * @param max how many of the big ones, the biggest first; others are moved with one call each
   */
  public WeighedKeys pinning(int max) {
    List<Big> big = new ArrayList<>();
    for (Share share : shares) {
      share.sizes().big().forEach((key, bytes) -> big.add(new Big(share.database(), key, bytes)));
    }
    Map<Integer, List<PinnedKey>> chosen = new HashMap<>();
    big.stream()
        .filter(one -> one.key().name().length <= NAME_BYTES_MAX)
        .sorted((a, b) -> Long.compare(b.bytes(), a.bytes()))
        .limit(Math.max(0, max))
        .forEach(
            one ->
                chosen
                    .computeIfAbsent(one.key().slotId(), slot -> new ArrayList<>())
                    .add(PinnedKey.served(one.database(), one.key().name())));
    return new WeighedKeys(slotIds, shares, Map.copyOf(chosen));
  }

  /** Whether they are of these slots, and perhaps of others. */
  public boolean cover(Collection<Integer> slots) {
    return slotIds.containsAll(slots);
  }

  /** The keys of a slot that are to stay on the source until each has been moved alone. */
  public List<PinnedKey> pinned(int slotId) {
    return pinned.getOrDefault(slotId, List.of());
  }

  List<Share> shares() {
    return shares;
  }
}
