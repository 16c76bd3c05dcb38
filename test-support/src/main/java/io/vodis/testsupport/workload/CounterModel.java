package io.vodis.testsupport.workload;

import io.vodis.testsupport.workload.Finding.Kind;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A counter: each acknowledged increment counts exactly once. */
final class CounterModel extends KeyModel {

  private long acknowledged;
  private long unknown;

  CounterModel(int database, String key) {
    super(database, key);
  }

  @Override
  Operation next(Random random, String value) {
    return switch (random.nextInt(8)) {
      case 0 -> Operation.read(this::onRead, "GET", key());
      case 1 -> increment("EVAL", "return redis.call('INCR', KEYS[1])", "1", key());
      default -> increment("INCR", key());
    };
  }

  private Operation increment(String... command) {
    return Operation.write(
        reply -> {
          acknowledged++;
          if (unknown == 0) {
            Operation.expect(acknowledged, reply);
          } else if (!(reply instanceof Long n) || n < acknowledged || n > acknowledged + unknown) {
            throw new Operation.Mismatch(range(), reply);
          }
        },
        () -> {
          unknown++;
          retire();
        },
        command);
  }

  private void onRead(@Nullable Object reply) {
    Finding finding = check(reply);
    if (finding != null) {
      throw new Operation.Mismatch(range(), reply);
    }
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
    long n = reply == null ? 0 : Long.parseLong((String) reply);
    if (n < acknowledged) {
      return finding(Kind.LOST, "expected " + range() + ", got " + n);
    }
    return n > acknowledged + unknown
        ? finding(Kind.DUPLICATED, "expected " + range() + ", got " + n)
        : null;
  }

  private String range() {
    return unknown == 0
        ? Long.toString(acknowledged)
        : acknowledged + ".." + (acknowledged + unknown);
  }

  @Override
  @Nullable Boolean exists() {
    return acknowledged > 0 ? Boolean.TRUE : unknown > 0 ? null : Boolean.FALSE;
  }
}
