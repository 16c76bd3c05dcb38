package io.vodis.it.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What clients were told about every write, and whether what is read agrees with it. Each write
 * appends a token of its own to a key, and each key has one writer, which does one thing at a time;
 * so the value of a key is the list of the writes that it has seen.
 */
final class History {

  /** What the writer of a token knows. */
  enum Fate {
    OPEN,
    ACKNOWLEDGED,
    /** It may have been executed, or may yet be. */
    UNKNOWN,
    /** It surely has not been and will not be. */
    REFUSED
  }

  private static final class Write {
    private Fate fate = Fate.OPEN;
    private int executions;

    /** Deleted since, with acknowledgement. */
    private boolean deleted;

    /** Lost with a primary that had not replicated it. */
    private boolean excused;

    /** Some deletion of its key came after it. */
    private boolean mayBeDeleted;

    /** Written in the same transaction, to another key; empty if there is none. */
    private String partner = "";

    /** What its writer has watched the key to have had before; null if it has not. */
    private @Nullable String seen;

    /** Whether who reads its key must find it. */
    boolean isExpected() {
      return fate == Fate.ACKNOWLEDGED && !deleted && !excused;
    }
  }

  private static final class Key {
    private final Map<String, Write> writes = new LinkedHashMap<>();

    /** A deletion of unknown fate may come at any time. */
    private boolean mayMiss;

    /** A deletion was lost with a primary. */
    private boolean mayReturn;

    boolean isUnsettled() {
      return mayMiss || mayReturn;
    }
  }

  private final Simulation simulation;
  private final Map<String, Key> keys = new HashMap<>();
  private long tokens;
  private int excused;

  History(Simulation simulation) {
    this.simulation = simulation;
  }

  private Key key(String name) {
    return keys.computeIfAbsent(name, n -> new Key());
  }

  /** A token that is about to be appended. */
  String begin(String keyName) {
    String token = "<" + ++tokens + ">";
    key(keyName).writes.put(token, new Write());
    return token;
  }

  /** Two tokens that are about to be appended to two keys in one transaction. */
  List<String> beginBoth(List<String> pair) {
    String first = begin(pair.get(0));
    String second = begin(pair.get(1));
    Objects.requireNonNull(write(pair.get(0), first)).partner = second;
    return List.of(first, second);
  }

  /** A token that is about to be appended if the key still has what was read. */
  String beginWatched(String keyName, @Nullable String seen) {
    String token = begin(keyName);
    Objects.requireNonNull(write(keyName, token)).seen = seen == null ? "" : seen;
    return token;
  }

  void end(String keyName, String token, Fate fate) {
    Write write = write(keyName, token);
    if (write != null) {
      write.fate = fate;
      if (fate == Fate.REFUSED && write.executions > 0) {
        simulation.violation(keyName + " " + token + " was refused, but has been executed");
      }
    }
  }

  void endDelete(String keyName, Fate fate) {
    Key key = key(keyName);
    if (fate != Fate.REFUSED) {
      key.writes.values().forEach(write -> write.mayBeDeleted = true);
    }
    if (fate == Fate.UNKNOWN) {
      key.mayMiss = true;
    } else if (fate == Fate.ACKNOWLEDGED) {
      for (Write write : key.writes.values()) {
        write.deleted |= write.fate == Fate.ACKNOWLEDGED;
      }
    }
  }

  private @Nullable Write write(String keyName, String token) {
    return key(keyName).writes.get(token);
  }

  /** A server executes it. */
  void executed(SimServer server, String by, String keyName, String token) {
    Write write = write(keyName, token);
    if (write == null) {
      simulation.violation(keyName + ": nobody has written " + token);
      return;
    }
    write.executions++;
    if (write.executions > 1) {
      simulation.violation(keyName + " " + token + " is executed twice, now on " + server.place());
    }
    if (write.fate == Fate.REFUSED) {
      simulation.violation(keyName + " " + token + " was refused, and is executed by " + by);
    }
  }

  /**
   * A replica takes over from a dead primary without having had all of it.
   *
   * @param movesAreKnown whether no key was used after its move before a replica knew that it had
   *     left; else what was deleted since may be back
   */
  void excuse(SimServer successor, List<List<String>> lost, boolean movesAreKnown) {
    for (List<String> change : lost) {
      String keyName = change.get(1);
      if (change.get(0).equals("SET")) {
        String kept = successor.value(keyName);
        for (String token : tokensOf(change.get(2))) {
          Write write = write(keyName, token);
          if (write != null && (kept == null || !kept.contains(token))) {
            write.excused = true;
            excused++;
          }
        }
      } else if (change.get(2).equals("client") || !movesAreKnown) {
        key(keyName).mayReturn = true;
      }
    }
  }

  /** What was deleted of that key may be back. */
  void mayReturn(String keyName) {
    key(keyName).mayReturn = true;
  }

  /** How many writes were lost with a primary. */
  int excused() {
    return excused;
  }

  static List<String> tokensOf(String value) {
    List<String> tokens = new ArrayList<>();
    int from = 0;
    for (int end = value.indexOf('>'); end >= 0; end = value.indexOf('>', from)) {
      tokens.add(value.substring(from, end + 1));
      from = end + 1;
    }
    if (from < value.length()) {
      tokens.add(value.substring(from));
    }
    return tokens;
  }

  /** The writer of two keys has read them in one transaction, with nothing of its own under way. */
  void readBoth(String one, @Nullable String first, String other, @Nullable String second) {
    read(one, first);
    read(other, second);
    if (key(one).isUnsettled() || key(other).isUnsettled()) {
      return;
    }
    Set<String> there = second == null ? Set.of() : new HashSet<>(tokensOf(second));
    Set<String> here = first == null ? Set.of() : new HashSet<>(tokensOf(first));
    key(one)
        .writes
        .forEach(
            (token, write) -> {
              Write partner = write.partner.isEmpty() ? null : key(other).writes.get(write.partner);
              if (partner != null
                  && here.contains(token) != there.contains(write.partner)
                  && !write.excused
                  && !partner.excused
                  && !write.mayBeDeleted
                  && !partner.mayBeDeleted) {
                wrong(
                    one,
                    "half a transaction: " + token + " of " + other + write.partner,
                    first == null ? List.of() : tokensOf(first));
              }
            });
  }

  /** Somebody has read a key that several write, while others may be writing. */
  void readShared(String keyName, @Nullable String value) {
    if (value == null) {
      return;
    }
    Key key = key(keyName);
    for (String token : tokensOf(value)) {
      Write write = key.writes.get(token);
      if (write == null) {
        wrong(keyName, "nobody has written " + token, List.of(value));
      } else if (write.fate == Fate.REFUSED) {
        wrong(keyName, "a refused write is there: " + token, List.of(value));
      } else if (!key.isUnsettled()
          && !value.substring(0, value.indexOf(token)).equals(write.seen)) {
        wrong(keyName, token + " was written on " + write.seen, List.of(value));
      }
    }
  }

  /** The writer of the key has read it, with nothing of its own under way. */
  void read(String keyName, @Nullable String value) {
    Key key = key(keyName);
    List<String> seen = value == null ? List.of() : tokensOf(value);
    Set<String> distinct = new HashSet<>(seen);
    if (distinct.size() < seen.size()) {
      wrong(keyName, "a write was applied twice", seen);
    }
    for (String token : seen) {
      Write write = key.writes.get(token);
      if (write == null) {
        wrong(keyName, "nobody has written " + token, seen);
      } else if (write.fate == Fate.REFUSED) {
        wrong(keyName, "a refused write is there: " + token, seen);
      } else if (write.deleted && !key.mayReturn && !write.excused) {
        wrong(keyName, "what was deleted is back: " + token, seen);
      }
    }
    List<String> missing = new ArrayList<>();
    List<String> issued = new ArrayList<>();
    key.writes.forEach(
        (token, write) -> {
          if (write.isExpected()) {
            (distinct.contains(token) ? issued : missing).add(token);
          }
        });
    if (!key.mayMiss && !missing.isEmpty()) {
      wrong(keyName, "acknowledged writes are lost: " + missing, seen);
    }
    List<String> inOrder = new ArrayList<>();
    for (String token : seen) {
      Write write = key.writes.get(token);
      if (write != null && write.isExpected()) {
        inOrder.add(token);
      }
    }
    if (!inOrder.equals(issued)) {
      wrong(keyName, "writes are out of order", seen);
    }
  }

  private void wrong(String keyName, String what, List<String> seen) {
    simulation.violation(keyName + ": " + what + "; read " + seen);
  }
}
