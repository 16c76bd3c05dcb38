package io.vodis.proxy.migrate;

import io.vodis.model.PinnedKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys of a migrating slot that stay on its source until they have been moved alone, and what may
 * be done with them meanwhile. Never changed: each table brings its own.
 */
public final class PinnedSet {

  /** No key is pinned. */
  public static final PinnedSet NONE = new PinnedSet(Map.of());

  /** Where a request may run. */
  public enum Place {
    /** On the target, as soon as its keys are there. */
    TARGET,
    /** On the source. */
    SOURCE,
    /** Nowhere yet: a key is being moved, or its keys are on both. */
    NOWHERE
  }

  private final Map<Key, PinnedKey.Phase> phases;

  private PinnedSet(Map<Key, PinnedKey.Phase> phases) {
    this.phases = phases;
  }

  /** The pinned keys of a route. */
  public static PinnedSet of(List<PinnedKey> pinned) {
    if (pinned.isEmpty()) {
      return NONE;
    }
    Map<Key, PinnedKey.Phase> phases = new HashMap<>();
    for (PinnedKey key : pinned) {
      phases.put(new Key(key.database(), key.bytes()), key.phase());
    }
    return new PinnedSet(phases);
  }

  public boolean contains(Key key) {
    return phases.containsKey(key);
  }

  /** Where a request with these keys may run. */
  public Place place(List<Key> keys, boolean readsOnly) {
    if (phases.isEmpty()) {
      return Place.TARGET;
    }
    int pinned = 0;
    boolean waits = false;
    for (Key key : keys) {
      PinnedKey.Phase phase = phases.get(key);
      if (phase != null) {
        pinned++;
        waits |= !allows(phase, readsOnly);
      }
    }
    if (pinned == 0) {
      return Place.TARGET;
    }
    return waits || pinned < keys.size() ? Place.NOWHERE : Place.SOURCE;
  }

  private static boolean allows(PinnedKey.Phase phase, boolean readsOnly) {
    return switch (phase) {
      case SERVED -> true;
      case COPYING -> readsOnly;
      case FENCED -> false;
    };
  }
}
