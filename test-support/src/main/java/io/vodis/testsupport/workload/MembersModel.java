package io.vodis.testsupport.workload;

import io.vodis.testsupport.workload.Finding.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A set whose members come and go. */
final class MembersModel extends KeyModel {

  private static final int MEMBERS = 40;

  private final Set<String> members = new HashSet<>();
  private final Set<String> doubtful = new HashSet<>();

  MembersModel(int database, String key) {
    super(database, key);
  }

  @Override
  Operation next(Random random, String value) {
    String member = "m" + random.nextInt(MEMBERS);
    return switch (random.nextInt(4)) {
      case 0 -> change("SREM", member, true);
      case 1 ->
          Operation.read(
              reply -> {
                if (!doubtful.contains(member)) {
                  Operation.expect(members.contains(member) ? 1L : 0L, reply);
                }
              },
              "SISMEMBER",
              key(),
              member);
      default -> change("SADD", member, false);
    };
  }

  private Operation change(String command, String member, boolean removes) {
    return Operation.write(
        reply -> {
          if (!doubtful.contains(member)) {
            Operation.expect(members.contains(member) == removes ? 1L : 0L, reply);
          }
          if (removes) {
            members.remove(member);
          } else {
            members.add(member);
          }
        },
        () -> {
          doubtful.add(member);
          retire();
        },
        command,
        key(),
        member);
  }

  @Override
  String[] readAll() {
    return new String[] {"SMEMBERS", key()};
  }

  @Override
  @Nullable Finding check(@Nullable Object reply) {
    if (!(reply instanceof List<?> items)) {
      return wrongType(reply);
    }
    Set<Object> actual = new HashSet<>(items);
    Set<String> expected = new HashSet<>(members);
    actual.removeAll(doubtful);
    expected.removeAll(doubtful);
    if (actual.equals(expected)) {
      return null;
    }
    return finding(
        actual.containsAll(expected) ? Kind.DUPLICATED : Kind.LOST,
        Operation.difference(expected, actual));
  }

  @Override
  @Nullable Boolean exists() {
    return doubtful.isEmpty() ? Boolean.valueOf(!members.isEmpty()) : null;
  }
}
