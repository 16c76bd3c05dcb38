package io.vodis.proxy.dispatch;

import java.util.HashSet;
import java.util.Set;

/**
 * The names of connections to one server that were given up, bounded. Names are numbered; of those
 * that are too many to be remembered only the highest number is kept, and then every connection of
 * the loop up to it counts.
 */
final class LostNames {

  /** So many at once on one server are more than there can be but for a fault. */
  static final int COUNT_MAX = 10_000;

  private final Set<String> names = new HashSet<>();
  private long upTo;

  /**
   * Those that were known at one moment.
   *
   * @param beginnings of the names that the loop gives
   * @param upTo 0 if all are known by name
   */
  record Seen(Set<String> names, Set<String> beginnings, long upTo) {

    Seen {
      names = Set.copyOf(names);
      beginnings = Set.copyOf(beginnings);
    }

    /** Whether a connection of that name may still have something under way. */
    boolean covers(String name) {
      return names.contains(name) || upTo > 0 && isUpTo(name);
    }

    private boolean isUpTo(String name) {
      int point = name.lastIndexOf('.');
      return point >= 0
          && beginnings.contains(name.substring(0, point))
          && Long.parseLong(name.substring(point + 1)) <= upTo;
    }
  }

  /** The name of the connection with that number. */
  static String name(String beginning, long number) {
    return beginning + "." + number;
  }

  /** Notes one, when the loop has given that many names. */
  void add(String name, long given) {
    if (names.size() < COUNT_MAX) {
      names.add(name);
    } else {
      upTo = given;
    }
  }

  Seen seen(Set<String> beginnings) {
    return new Seen(names, beginnings, upTo);
  }

  /** Those are gone; true if none is left. */
  boolean settle(Seen gone) {
    names.removeAll(gone.names());
    if (upTo <= gone.upTo()) {
      upTo = 0;
    }
    return names.isEmpty() && upTo == 0;
  }
}
