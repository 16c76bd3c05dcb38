package io.vodis.proxy.migrate;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keys of one slot that are known to have left the source. Exact, never guessed; bounded, and when
 * full it forgets everything, which costs each key one more look at the source and nothing else.
 */
public final class MovedKeys {

  private static final int COUNT_MAX = 1024;
  private static final int BYTES_MAX = 64 << 10;

  private final Set<Key> keys = new HashSet<>();
  private int bytes;

  public boolean contains(Key key) {
    return keys.contains(key);
  }

  public boolean containsAll(List<Key> wanted) {
    for (Key key : wanted) {
      if (!keys.contains(key)) {
        return false;
      }
    }
    return true;
  }

  /** Remembers a key. */
  public void add(Key key) {
    if (keys.size() >= COUNT_MAX || bytes + key.length() > BYTES_MAX) {
      keys.clear();
      bytes = 0;
    }
    if (keys.add(key)) {
      bytes += key.length();
    }
  }
}
