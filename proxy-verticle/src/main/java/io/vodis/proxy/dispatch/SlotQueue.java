package io.vodis.proxy.dispatch;

import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.migrate.MovedKeys;
import io.vodis.proxy.migrate.PinnedSet;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** What waits for one slot, in the order it came, and which keys of it are being moved or are. */
final class SlotQueue {

  final ArrayDeque<RoutedRequest> requests = new ArrayDeque<>();

  /** Keys being moved, with the generation in which that began. */
  final Map<Key, Integer> moving = new HashMap<>();

  /** Keys moved under the present route. */
  MovedKeys moved = new MovedKeys();

  /** Keys that the present route leaves on the source. */
  PinnedSet pinned = PinnedSet.NONE;

  /** How many of {@link #moving} began under a route that has been replaced. */
  int movingOld;

  boolean isIdle() {
    return requests.isEmpty() && moving.isEmpty();
  }
}
