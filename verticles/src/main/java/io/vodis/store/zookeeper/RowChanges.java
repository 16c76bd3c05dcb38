package io.vodis.store.zookeeper;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which rows have changed since they were read, as far as the watches have told. Written by the
 * client's event thread, read by whoever loads.
 */
final class RowChanges {

  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final AtomicLong generation = new AtomicLong();

  /** Raised whenever nothing that was read before may be relied on. */
  long generation() {
    return generation.get();
  }

  void forgetAll() {
    generation.incrementAndGet();
  }

  void onChange(String path) {
    changed.add(path);
  }

  /** A change that the cache has got to know in another way. */
  void onKnown(String path) {
    changed.remove(path);
  }

  boolean isEmpty() {
    return changed.isEmpty();
  }

  /** The paths changed so far; they count as unchanged from now on. */
  Set<String> drain() {
    Set<String> drained = new HashSet<>(changed);
    changed.removeAll(drained);
    return drained;
  }
}
