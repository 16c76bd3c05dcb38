package io.vodis.testsupport.workload;

import io.vodis.testsupport.workload.Finding.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A sorted set whose scores are counters. */
final class ScoresModel extends KeyModel {

  private static final int MEMBERS = 10;

  private final Map<String, Long> acknowledged = new HashMap<>();
  private final Map<String, Long> unknown = new HashMap<>();

  ScoresModel(int database, String key) {
    super(database, key);
  }

  @Override
  Operation next(Random random, String value) {
    String member = "m" + random.nextInt(MEMBERS);
    return Operation.write(
        reply -> {
          long score = acknowledged.merge(member, 1L, Long::sum);
          if (!unknown.containsKey(member)) {
            Operation.expect(Long.toString(score), reply);
          }
        },
        () -> {
          unknown.merge(member, 1L, Long::sum);
          retire();
        },
        "ZINCRBY",
        key(),
        "1",
        member);
  }

  @Override
  String[] readAll() {
    return new String[] {"ZRANGE", key(), "0", "-1", "WITHSCORES"};
  }

  @Override
  @Nullable Finding check(@Nullable Object reply) {
    if (!(reply instanceof List<?> items)) {
      return wrongType(reply);
    }
    Map<String, Long> actual = new HashMap<>();
    for (int i = 0; i < items.size(); i += 2) {
      actual.put(String.valueOf(items.get(i)), Long.valueOf(String.valueOf(items.get(i + 1))));
    }
    for (int i = 0; i < MEMBERS; i++) {
      String member = "m" + i;
      long least = acknowledged.getOrDefault(member, 0L);
      long most = least + unknown.getOrDefault(member, 0L);
      long score = actual.getOrDefault(member, 0L);
      if (score < least || score > most) {
        return finding(
            score < least ? Kind.LOST : Kind.DUPLICATED,
            member + ": expected " + least + ".." + most + ", got " + score);
      }
    }
    return null;
  }

  @Override
  @Nullable Boolean exists() {
    return !acknowledged.isEmpty() ? Boolean.TRUE : unknown.isEmpty() ? Boolean.FALSE : null;
  }
}
