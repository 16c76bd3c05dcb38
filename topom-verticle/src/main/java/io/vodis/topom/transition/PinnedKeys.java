package io.vodis.topom.transition;

import io.vodis.model.PinnedKey;
import io.vodis.model.PinnedKey.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The life of the pinned keys of a slot; drawn at {@link PinnedKey}. Pure. */
public final class PinnedKeys {

  private PinnedKeys() {}

  /** Whether all are served by the source as if nothing was to happen to them. */
  public static boolean areServed(List<PinnedKey> pinned) {
    return pinned.stream().allMatch(key -> key.phase() == Phase.SERVED);
  }

  /** The keys after the event; empty if it means nothing to them. */
  static Optional<List<PinnedKey>> after(List<PinnedKey> pinned, SlotEvent.PhaseEnded event) {
    boolean mayFollow =
        switch (event.next()) {
          case SERVED -> event.key().phase() != Phase.SERVED;
          case COPYING -> event.key().phase() == Phase.SERVED;
          case FENCED -> event.key().phase() == Phase.COPYING;
        };
    if (!mayFollow || !pinned.contains(event.key())) {
      return Optional.empty();
    }
    List<PinnedKey> next = new ArrayList<>(pinned);
    next.set(next.indexOf(event.key()), event.key().in(event.next()));
    return Optional.of(next);
  }

  /** Only a key that nobody uses can be given free: else one would read here and another there. */
  static Optional<List<PinnedKey>> after(List<PinnedKey> pinned, SlotEvent.Unpinned event) {
    if (event.key().phase() != Phase.FENCED || !pinned.contains(event.key())) {
      return Optional.empty();
    }
    List<PinnedKey> next = new ArrayList<>(pinned);
    next.remove(event.key());
    return Optional.of(next);
  }
}
