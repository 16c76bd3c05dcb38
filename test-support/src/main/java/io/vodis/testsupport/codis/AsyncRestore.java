package io.vodis.testsupport.codis;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** SLOTSRESTORE-ASYNC, on the target: writes a key piece by piece, and acknowledges each. */
final class AsyncRestore {

  /** The message that the target answers; one that is no success ends the connection. */
  record Ack(boolean ok, String message) {
    String frame() {
      return Wire.command(List.of("SLOTSRESTORE-ASYNC-ACK", ok ? "0" : "-1", message));
    }
  }

  private AsyncRestore() {}

  /**
   * Runs one.
   *
   * @param moving whether this database is being sent somewhere itself
   */
  static Ack run(Engine engine, boolean moving, List<String> arguments) {
    if (moving) {
      return failure("the specified DB is being migrated");
    }
    String sub = arguments.size() > 1 ? arguments.get(1) : "";
    Ack malformed =
        failure("wrong number of arguments (argc=" + arguments.size() + ",cmd=" + sub + ")");
    if (arguments.size() < 3) {
      return malformed;
    }
    String key = arguments.get(2);
    if (sub.equalsIgnoreCase("delete")) {
      return arguments.size() == 3 ? success(engine.number("DEL", key)) : malformed;
    }
    if (arguments.size() < 4) {
      return malformed;
    }
    long ttl = number(arguments.get(3));
    if (ttl < 0) {
      return failure("invalid TTL value (TTL=" + arguments.get(3) + ")");
    }
    Ack ack =
        switch (sub.toLowerCase(Locale.ROOT)) {
          case "expire" -> arguments.size() == 4 ? expire(engine, key) : malformed;
          case "string", "object" -> arguments.size() == 5 ? whole(engine, arguments) : malformed;
          case "list", "hash", "dict", "zset" ->
              arguments.size() < 5 ? malformed : piece(engine, arguments, malformed);
          default -> failure("unknown command (argc=" + arguments.size() + ",cmd=" + sub + ")");
        };
    if (ack.ok() && ttl == 0) {
      engine.call("PERSIST", key);
    } else if (ack.ok()) {
      engine.call("PEXPIRE", key, Long.toString(ttl));
    }
    return ack;
  }

  private static Ack expire(Engine engine, String key) {
    return engine.number("EXISTS", key) == 1 ? success(1) : missing(key);
  }

  private static Ack whole(Engine engine, List<String> arguments) {
    String key = arguments.get(2);
    if (engine.number("EXISTS", key) == 1) {
      return failure("the specified key already exists (" + key + ")");
    }
    Object reply =
        arguments.get(1).equalsIgnoreCase("string")
            ? engine.call("SET", key, arguments.get(4))
            : engine.call("RESTORE", key, "0", arguments.get(4));
    return reply instanceof Wire.Failure ? failure("invalid payload checksum") : success(1);
  }

  private static Ack piece(Engine engine, List<String> arguments, Ack malformed) {
    String kind = arguments.get(1).toLowerCase(Locale.ROOT);
    String key = arguments.get(2);
    List<String> items = arguments.subList(5, arguments.size());
    if (number(arguments.get(4)) < 0) {
      return failure("invalid Hint value (Hint=" + arguments.get(4) + ")");
    }
    if ((kind.equals("hash") || kind.equals("zset")) && items.size() % 2 != 0) {
      return malformed;
    }
    String expected = kind.equals("dict") ? "set" : kind;
    String type = String.valueOf(engine.call("TYPE", key));
    if (!type.equals("none") && !type.equals(expected)) {
      return failure("wrong type (expect=" + expected + ",got=" + type + ")");
    }
    if (items.isEmpty()) {
      return type.equals("none") ? missing(key) : success(size(engine, kind, key));
    }
    List<String> write = new ArrayList<>();
    write.add(
        switch (kind) {
          case "list" -> "RPUSH";
          case "hash" -> "HMSET";
          case "dict" -> "SADD";
          default -> "ZADD";
        });
    write.add(key);
    if (kind.equals("zset")) {
      for (int i = 0; i < items.size(); i += 2) {
        String score = score(items.get(i + 1));
        if (score == null) {
          return failure("invalid zset score ([" + i / 2 + "]), bad raw bits");
        }
        write.add(score);
        write.add(items.get(i));
      }
    } else {
      write.addAll(items);
    }
    engine.call(write);
    return success(size(engine, kind, key));
  }

  private static @Nullable String score(String raw) {
    if (raw.length() != 8) {
      return null;
    }
    double score = ByteBuffer.wrap(Wire.bytes(raw)).order(ByteOrder.LITTLE_ENDIAN).getDouble();
    return Double.isInfinite(score) ? (score > 0 ? "+inf" : "-inf") : Double.toString(score);
  }

  private static long size(Engine engine, String kind, String key) {
    return switch (kind) {
      case "list" -> engine.number("LLEN", key);
      case "hash" -> engine.number("HLEN", key);
      case "dict" -> engine.number("SCARD", key);
      default -> engine.number("ZCARD", key);
    };
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static Ack missing(String key) {
    return failure("the specified key doesn't exist (" + key + ")");
  }

  static Ack success(long count) {
    return new Ack(true, Long.toString(count));
  }

  static Ack failure(String message) {
    return new Ack(false, message);
  }
}
