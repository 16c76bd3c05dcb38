package io.vodis.testsupport.workload;

import io.vodis.testsupport.workload.Finding.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A hash whose fields are set, counted up and deleted. */
final class HashModel extends KeyModel {

  private static final int FIELDS = 12;

  private final Map<String, String> fields = new HashMap<>();

  /** Fields that a write of unknown fate has touched. */
  private final Set<String> doubtful = new HashSet<>();

  HashModel(int database, String key) {
    super(database, key);
  }

  @Override
  Operation next(Random random, String value) {
    String field = "f" + random.nextInt(FIELDS);
    return switch (random.nextInt(6)) {
      case 0 -> delete(field);
      case 1 -> Operation.read(reply -> onRead(field, reply), "HGET", key(), field);
      case 2 ->
          Operation.read(
              reply -> {
                if (doubtful.isEmpty()) {
                  Operation.expect((long) fields.size(), reply);
                }
              },
              "HLEN",
              key());
      default -> set(field, value);
    };
  }

  private Operation set(String field, String value) {
    return Operation.write(
        reply -> {
          if (!doubtful.contains(field)) {
            Operation.expect(fields.containsKey(field) ? 0L : 1L, reply);
          }
          fields.put(field, value);
        },
        () -> doubt(field),
        "HSET",
        key(),
        field,
        value);
  }

  private Operation delete(String field) {
    return Operation.write(
        reply -> {
          if (!doubtful.contains(field)) {
            Operation.expect(fields.containsKey(field) ? 1L : 0L, reply);
          }
          fields.remove(field);
        },
        () -> doubt(field),
        "HDEL",
        key(),
        field);
  }

  private void onRead(String field, @Nullable Object reply) {
    if (!doubtful.contains(field)) {
      Operation.expect(fields.get(field), reply);
    }
  }

  private void doubt(String field) {
    doubtful.add(field);
    retire();
  }

  @Override
  String[] readAll() {
    return new String[] {"HGETALL", key()};
  }

  @Override
  @Nullable Finding check(@Nullable Object reply) {
    if (!(reply instanceof List<?> items)) {
      return wrongType(reply);
    }
    Map<Object, Object> actual = new HashMap<>();
    for (int i = 0; i < items.size(); i += 2) {
      actual.put(items.get(i), items.get(i + 1));
    }
    Map<String, String> expected = new HashMap<>(fields);
    doubtful.forEach(
        field -> {
          expected.remove(field);
          actual.remove(field);
        });
    if (actual.equals(expected)) {
      return null;
    }
    boolean lost = !actual.entrySet().containsAll(expected.entrySet());
    return finding(lost ? Kind.LOST : Kind.DUPLICATED, Operation.difference(expected, actual));
  }

  @Override
  @Nullable Boolean exists() {
    return doubtful.isEmpty() ? Boolean.valueOf(!fields.isEmpty()) : null;
  }
}
