package io.vodis.testsupport.workload;

import io.vodis.testsupport.workload.Finding.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A string key: set, appended to, deleted, given a time to live. */
final class TextModel extends KeyModel {

  private static final String ABSENT = "(absent)";
  private static final long TTL_LONG_MILLIS = 600_000;
  private static final int TTL_SHORT_MILLIS = 300;

  /** The value after the last acknowledged write. */
  private String value = ABSENT;

  /** What writes of unknown fate would have left. */
  private final Set<String> possible = new HashSet<>();

  TextModel(int database, String key) {
    super(database, key);
  }

  @Override
  Operation next(Random random, String fresh) {
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 -> set(fresh);
      case 5 -> delete();
      case 6 -> append(fresh);
      case 7 -> setIfAbsent(fresh);
      case 8 -> exchange(fresh);
      case 9 -> setForever(fresh);
      case 10 -> setBriefly(fresh);
      case 11 -> expireLater();
      case 12 -> persist();
      default -> get();
    };
  }

  private Operation set(String fresh) {
    return Operation.write(
        reply -> {
          Operation.expect("OK", reply);
          becomes(fresh);
        },
        () -> mayBecome(fresh),
        "SET",
        key(),
        fresh);
  }

  private Operation setForever(String fresh) {
    return Operation.write(
        reply -> {
          Operation.expect("OK", reply);
          becomes(fresh);
        },
        () -> mayBecome(fresh),
        "EVAL",
        "return redis.call('SET', KEYS[1], ARGV[1])",
        "1",
        key(),
        fresh);
  }

  private Operation setBriefly(String fresh) {
    long sentMillis = System.currentTimeMillis();
    return Operation.write(
        reply -> {
          Operation.expect("OK", reply);
          becomes(fresh);
          long latest = System.currentTimeMillis() + TTL_SHORT_MILLIS;
          expiry(new Expiry(sentMillis + TTL_SHORT_MILLIS, latest));
        },
        () -> {
          mayBecome(fresh);
          possible.add(ABSENT);
        },
        "SET",
        key(),
        fresh,
        "PX",
        Integer.toString(TTL_SHORT_MILLIS));
  }

  private Operation expireLater() {
    long atMillis = System.currentTimeMillis() + TTL_LONG_MILLIS;
    return Operation.write(
        reply -> {
          if (isCertain()) {
            Operation.expect(value.equals(ABSENT) ? 0L : 1L, reply);
          }
          if (Long.valueOf(0).equals(reply)) {
            becomes(ABSENT);
          } else {
            expiry(new Expiry(atMillis, atMillis));
          }
        },
        // If it was not done, a shorter time to live may still run out.
        this::retire,
        "PEXPIREAT",
        key(),
        Long.toString(atMillis));
  }

  private Operation persist() {
    return Operation.write(
        reply -> {
          if (isCertain()) {
            Operation.expect(!value.equals(ABSENT) && expiry() != null ? 1L : 0L, reply);
          }
          if (Long.valueOf(0).equals(reply) && isShortLived()) {
            becomes(ABSENT);
          }
          expiry(null);
        },
        this::retire,
        "PERSIST",
        key());
  }

  private Operation delete() {
    return Operation.write(this::onDeleted, this::mayBeDeleted, "DEL", key());
  }

  private void onDeleted(@Nullable Object reply) {
    if (isCertain()) {
      Operation.expect(value.equals(ABSENT) ? 0L : 1L, reply);
    }
    becomes(ABSENT);
  }

  private Operation append(String fresh) {
    return Operation.write(
        reply -> {
          String before = value.equals(ABSENT) ? "" : value;
          if (isCertain()) {
            Operation.expect((long) before.length() + fresh.length(), reply);
          }
          // In a pipeline an earlier write of unknown fate may have been what this was added to.
          List.copyOf(possible)
              .forEach(text -> possible.add(text.equals(ABSENT) ? fresh : text + fresh));
          if (Long.valueOf(fresh.length()).equals(reply)) {
            becomes(fresh);
          } else {
            value = before + fresh;
          }
        },
        () -> mayBecome((value.equals(ABSENT) ? "" : value) + fresh),
        "APPEND",
        key(),
        fresh);
  }

  private Operation setIfAbsent(String fresh) {
    return Operation.write(
        reply -> {
          if (isCertain()) {
            Operation.expect(value.equals(ABSENT) ? 1L : 0L, reply);
          }
          if (Long.valueOf(1).equals(reply)) {
            becomes(fresh);
          }
        },
        () -> mayBecome(fresh),
        "SETNX",
        key(),
        fresh);
  }

  private Operation exchange(String fresh) {
    return Operation.write(
        reply -> {
          if (isCertain()) {
            Operation.expect(value.equals(ABSENT) ? null : value, reply);
          }
          becomes(fresh);
        },
        () -> mayBecome(fresh),
        "GETSET",
        key(),
        fresh);
  }

  private Operation get() {
    return Operation.read(this::onRead, "GET", key());
  }

  /** One of several keys of an MGET. */
  void onRead(@Nullable Object reply) {
    if (isCertain()) {
      Operation.expect(value.equals(ABSENT) ? null : value, reply);
    } else if (expiry() == null && !isPossible(reply)) {
      throw new Operation.Mismatch(value + " or " + possible, reply);
    }
  }

  /** Acknowledged: one of several keys of an MSET. */
  void becomes(String next) {
    value = next;
    expiry(null);
  }

  /** Of unknown fate: one of several keys of an MSET. */
  void mayBecome(String next) {
    possible.add(next);
    retire();
  }

  void becomesAbsent() {
    becomes(ABSENT);
  }

  void mayBeDeleted() {
    mayBecome(ABSENT);
  }

  /** 1 or 0, or null if not known for sure. */
  @Nullable Long count() {
    return isCertain() ? Long.valueOf(value.equals(ABSENT) ? 0L : 1L) : null;
  }

  /** Takes over the value of a key that was renamed to this one. */
  void takeFrom(TextModel other) {
    value = other.value;
    expiry(other.expiry());
    other.becomes(ABSENT);
  }

  /** A rename to this key may have happened. */
  void mayTakeFrom(TextModel other) {
    mayBecome(other.value);
    possible.addAll(other.possible);
    other.mayBecome(ABSENT);
  }

  /**
   * Whether replies can be foretold. A short-lived key vanishes at a time not known exactly, and so
   * is not certain until it is written again.
   */
  boolean isCertain() {
    return possible.isEmpty() && !isRetired() && !isShortLived();
  }

  private boolean isShortLived() {
    Expiry now = expiry();
    return now != null && now.latestMillis() < System.currentTimeMillis() + TTL_LONG_MILLIS / 2;
  }

  private boolean isPossible(@Nullable Object reply) {
    String actual = reply instanceof String text ? text : ABSENT;
    return actual.equals(value) || possible.contains(actual);
  }

  @Override
  String[] readAll() {
    return new String[] {"GET", key()};
  }

  @Override
  @Nullable Finding check(@Nullable Object reply) {
    if (reply != null && !(reply instanceof String)) {
      return wrongType(reply);
    }
    if (isPossible(reply) || (reply == null && expiry() != null)) {
      return null;
    }
    String expected = possible.isEmpty() ? value : value + " or " + possible;
    return finding(
        value.equals(ABSENT) && possible.isEmpty() ? Kind.DUPLICATED : Kind.LOST,
        Operation.difference(expected, reply == null ? ABSENT : reply));
  }

  @Override
  @Nullable Boolean exists() {
    return possible.isEmpty() ? Boolean.valueOf(!value.equals(ABSENT)) : null;
  }
}
