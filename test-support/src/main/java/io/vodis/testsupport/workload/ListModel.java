package io.vodis.testsupport.workload;

import io.vodis.testsupport.workload.Finding.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A list that only grows: each element once, in the order in which they were pushed. */
final class ListModel extends KeyModel {

  /** Beyond this the worker goes on with another key. */
  private static final int LENGTH_MAX = 300;

  private final List<String> acknowledged = new ArrayList<>();
  private final Set<String> unknown = new HashSet<>();

  ListModel(int database, String key) {
    super(database, key);
  }

  @Override
  Operation next(Random random, String value) {
    if (random.nextInt(8) == 0) {
      return Operation.read(
          reply -> {
            if (unknown.isEmpty()) {
              Operation.expect((long) acknowledged.size(), reply);
            }
          },
          "LLEN",
          key());
    }
    return Operation.write(
        reply -> {
          acknowledged.add(value);
          if (acknowledged.size() >= LENGTH_MAX) {
            retire();
          }
          if (unknown.isEmpty()) {
            Operation.expect((long) acknowledged.size(), reply);
          }
        },
        () -> {
          unknown.add(value);
          retire();
        },
        "RPUSH",
        key(),
        value);
  }

  @Override
  String[] readAll() {
    return new String[] {"LRANGE", key(), "0", "-1"};
  }

  @Override
  @Nullable Finding check(@Nullable Object reply) {
    if (!(reply instanceof List<?> items)) {
      return wrongType(reply);
    }
    Set<Object> distinct = new HashSet<>(items);
    if (distinct.size() < items.size()) {
      return finding(
          Kind.DUPLICATED, items.size() - distinct.size() + " of " + items.size() + " elements");
    }
    List<Object> certain = new ArrayList<>(items);
    certain.removeAll(unknown);
    if (certain.equals(acknowledged)) {
      return null;
    }
    List<String> missing = new ArrayList<>(acknowledged);
    missing.removeAll(distinct);
    if (!missing.isEmpty()) {
      return finding(
          Kind.LOST,
          missing.size() + " of " + acknowledged.size() + " elements, first " + missing.getFirst());
    }
    return certain.size() > acknowledged.size()
        ? finding(Kind.WRONG_REPLY, "elements that were never pushed")
        : finding(Kind.ORDER, "got " + Operation.shorten(certain));
  }

  @Override
  @Nullable Boolean exists() {
    return !acknowledged.isEmpty() ? Boolean.TRUE : unknown.isEmpty() ? Boolean.FALSE : null;
  }
}
