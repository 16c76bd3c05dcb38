package io.vodis.testsupport.workload;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One key of a {@link SequenceLoad}: a register that holds the number of its last write, a counter
 * of its writes, or a list of their numbers. What is missing is told number by number; what cannot
 * be at all is a {@link Finding}.
 */
final class SequenceKey {

  /** What the key holds. */
  enum Kind {
    REGISTER,
    COUNTER,
    LIST
  }

  /** Is told of what a key lacks, and of what it should not have. */
  interface Judge {
    void lost(SequenceKey key, long number);

    void wrong(Finding finding);
  }

  private static final int LIST_LENGTH_MAX = 50;

  final Kind kind;
  final String name;
  final int slotId;
  private final SequenceHistory history;
  private final Judge judge;
  private final long firstNumber;
  private long lastNumber;

  /** Number of the last write in force, of a register; how many are in force, of the others. */
  private long expected;

  /** How many a counter has lost; they may turn up again. */
  private long missing;

  /** The one write of unknown fate, after which the key is written no more; or 0. */
  private long unknown;

  SequenceKey(Kind kind, String name, SequenceHistory history, Judge judge, long firstNumber) {
    this.kind = kind;
    this.name = name;
    this.slotId = SlotOracle.slotOf(name);
    this.history = history;
    this.judge = judge;
    this.firstNumber = firstNumber;
    this.lastNumber = firstNumber - 1;
  }

  boolean isRetired() {
    return unknown != 0 || kind == Kind.LIST && expected >= LIST_LENGTH_MAX;
  }

  String[] write(long number) {
    return switch (kind) {
      case REGISTER -> new String[] {"SET", name, Long.toString(number)};
      case COUNTER -> new String[] {"INCR", name};
      case LIST -> new String[] {"RPUSH", name, Long.toString(number)};
    };
  }

  String[] read() {
    return kind == Kind.LIST
        ? new String[] {"LRANGE", name, "0", "-1"}
        : new String[] {"GET", name};
  }

  void onWritten(long number, @Nullable Object reply) {
    long before = lastNumber;
    lastNumber = number;
    switch (kind) {
      case REGISTER -> expected = number;
      case COUNTER -> {
        if (reply instanceof Long count) {
          expected++;
          // The write itself is there: it is those before it that may be missing.
          compareCount(count, before);
        } else {
          wrong(Finding.Kind.WRONG_REPLY, "INCR answers " + reply);
        }
      }
      case LIST -> expected++;
    }
  }

  void onUnknown(long number) {
    unknown = number;
  }

  /** The reply to {@link #read}, after everything written before has been answered. */
  void onRead(@Nullable Object reply) {
    if (kind == Kind.LIST) {
      if (reply instanceof List<?> items) {
        compareItems(items);
      } else {
        wrong(Finding.Kind.WRONG_REPLY, "LRANGE answers " + reply);
      }
      return;
    }
    long value;
    try {
      value = reply == null ? 0 : Long.parseLong(String.valueOf(reply));
    } catch (NumberFormatException e) {
      wrong(Finding.Kind.WRONG_REPLY, "GET answers " + reply);
      return;
    }
    if (kind == Kind.COUNTER) {
      compareCount(value, lastNumber);
    } else {
      compareNumber(value);
    }
  }

  private void compareNumber(long value) {
    if (value == expected || unknown != 0 && value == unknown) {
      return;
    }
    if (value != 0 && history.ofKey(value, value).length == 0) {
      wrong(Finding.Kind.WRONG_REPLY, "holds " + value + ", expected " + expected);
      return;
    }
    // A write that was lost and is back is as wrong as one that is lost: told by its number.
    long older = Math.min(value, expected);
    long newer = Math.max(value, expected);
    for (long number : history.ofKey(Math.max(firstNumber, older + 1), newer)) {
      judge.lost(this, number);
    }
    expected = value;
  }

  private void compareCount(long value, long upTo) {
    if (value > expected) {
      long more = value - expected;
      boolean isTheUnknown = unknown != 0 && more == 1;
      if (!isTheUnknown && more > missing) {
        wrong(Finding.Kind.DUPLICATED, "counts " + value + ", expected " + expected);
      }
      missing = Math.max(0, missing - more);
    } else if (value < expected) {
      long[] numbers = history.ofKey(firstNumber, Math.max(firstNumber, upTo));
      long fewer = Math.min(expected - value, numbers.length);
      for (int i = 0; i < fewer; i++) {
        judge.lost(this, numbers[numbers.length - 1 - i]);
      }
      missing += expected - value;
    }
    expected = value;
  }

  private void compareItems(List<?> items) {
    List<String> wanted = new ArrayList<>();
    for (long number : history.ofKey(firstNumber, Math.max(firstNumber, lastNumber))) {
      wanted.add(Long.toString(number));
    }
    Set<Object> there = new HashSet<>(items);
    if (there.size() < items.size()) {
      wrong(Finding.Kind.DUPLICATED, items.size() - there.size() + " elements are there twice");
    }
    for (String number : wanted) {
      if (!there.contains(number)) {
        judge.lost(this, Long.parseLong(number));
      }
    }
    List<Object> certain = new ArrayList<>(items);
    certain.remove(Long.toString(unknown));
    wanted.removeIf(number -> !there.contains(number));
    if (there.size() == items.size() && !certain.equals(wanted)) {
      wrong(
          Finding.Kind.ORDER,
          Operation.difference(wanted, Operation.shorten(String.valueOf(certain))));
    }
  }

  private void wrong(Finding.Kind what, String text) {
    judge.wrong(new Finding(what, 0, name, text));
  }
}
