package io.vodis.testsupport.codis;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The messages that carry one key to a target, small ones whole and large ones in chunks. */
final class KeyTransfer {

  /** What comes next, and whether that is all. */
  record Step(List<List<String>> messages, boolean last) {}

  private enum Stage {
    PREPARE,
    PAYLOAD,
    CHUNKED,
    FILL_TTL,
    DONE
  }

  private static final String RESTORE = "SLOTSRESTORE-ASYNC";

  /** Items of a value that can be taken apart; compact ones cannot. */
  private static final String BULKS =
      "local function bulks(key, kind) "
          + "if kind == 'list' then return redis.call('LLEN', key) end "
          + "local encoding = redis.call('OBJECT', 'ENCODING', key) "
          + "if encoding == 'hashtable' and kind == 'hash' then "
          + "return redis.call('HLEN', key) * 2 end "
          + "if encoding == 'hashtable' and kind == 'set' then return redis.call('SCARD', key) end "
          + "if encoding == 'skiplist' then return redis.call('ZCARD', key) * 2 end "
          + "return 0 end ";

  private static final String COUNT =
      BULKS
          + "local found = {} "
          + "for i, key in ipairs(KEYS) do "
          + "local kind = redis.call('TYPE', key).ok "
          + "found[i] = kind == 'none' and 0 or "
          + "math.max(1, math.ceil(bulks(key, kind) / tonumber(ARGV[1]))) end "
          + "return found";

  private static final String LOOK =
      BULKS
          + "local kind = redis.call('TYPE', KEYS[1]).ok "
          + "if kind == 'none' then return {kind} end "
          + "local size = bulks(KEYS[1], kind) "
          + "local value = '' "
          + "if size <= tonumber(ARGV[1]) then "
          + "value = redis.call(kind == 'string' and 'GET' or 'DUMP', KEYS[1]) end "
          + "return {kind, redis.call('PTTL', KEYS[1]), size, value}";

  private final Engine engine;
  private final String key;
  private final long timeout;
  private final int maxBulks;
  private Stage stage = Stage.PREPARE;
  private String type = "none";
  private String value = "";
  private long expireAt = -1;
  private long size;
  private int done;
  private String cursor = "0";
  private boolean existed;
  private long chunks;

  KeyTransfer(Engine engine, String key, long timeout, int maxBulks) {
    this.engine = engine;
    this.key = key;
    this.timeout = timeout;
    this.maxBulks = maxBulks;
  }

  String key() {
    return key;
  }

  boolean existed() {
    return existed;
  }

  /** How many messages the value of each key needs, 0 if there is no such key. */
  static List<Long> messages(Engine engine, List<String> keys, int maxBulks) {
    List<String> command = new ArrayList<>(List.of("EVAL", COUNT, Integer.toString(keys.size())));
    command.addAll(keys);
    command.add(Integer.toString(maxBulks));
    List<Long> counts = new ArrayList<>();
    ((List<?>) requireNonNull(engine.call(command))).forEach(count -> counts.add((Long) count));
    return counts;
  }

  Step next(long maxBytes) {
    return switch (stage) {
      case PREPARE -> prepare();
      case PAYLOAD -> payload();
      case CHUNKED -> chunk(maxBytes);
      case FILL_TTL -> {
        stage = Stage.DONE;
        yield new Step(List.of(List.of(RESTORE, "expire", key, Long.toString(ttl()))), true);
      }
      case DONE -> throw new IllegalStateException("nothing is left of " + key);
    };
  }

  private Step prepare() {
    List<?> found =
        (List<?>) requireNonNull(engine.call("EVAL", LOOK, "1", key, Integer.toString(maxBulks)));
    type = String.valueOf(found.getFirst());
    if (type.equals("none")) {
      stage = Stage.DONE;
      return new Step(List.of(), true);
    }
    existed = true;
    long left = (Long) found.get(1);
    expireAt = left < 0 ? -1 : System.currentTimeMillis() + left;
    size = (Long) found.get(2);
    value = String.valueOf(found.get(3));
    chunks = size <= maxBulks ? 0 : (size + maxBulks - 1) / maxBulks;
    stage = chunks == 0 ? Stage.PAYLOAD : Stage.CHUNKED;
    return new Step(List.of(List.of(RESTORE, "delete", key)), false);
  }

  private long ttl() {
    return expireAt < 0 ? 0 : Math.max(1, expireAt - System.currentTimeMillis());
  }

  private Step payload() {
    stage = Stage.DONE;
    String kind = type.equals("string") ? "string" : "object";
    return new Step(List.of(List.of(RESTORE, kind, key, Long.toString(ttl()), value)), true);
  }

  private Step chunk(long maxBytes) {
    List<String> items = new ArrayList<>();
    boolean more =
        switch (type) {
          case "list" -> list(items, maxBytes);
          case "zset" -> sortedSet(items, maxBytes);
          default -> scanned(items, maxBytes);
        };
    if (!more) {
      stage = Stage.FILL_TTL;
    }
    String kind = type.equals("set") ? "dict" : type;
    List<String> message = new ArrayList<>();
    long hint = type.equals("hash") || type.equals("zset") ? size / 2 : size;
    message.addAll(List.of(RESTORE, kind, key, Long.toString(timeout * 3), Long.toString(hint)));
    message.addAll(items);
    return new Step(List.of(message), false);
  }

  private boolean list(List<String> items, long maxBytes) {
    long bytes = 0;
    List<?> page = page("LRANGE", done, done + maxBulks - 1L);
    for (Object item : page) {
      items.add((String) item);
      done++;
      bytes += ((String) item).length();
      if (bytes >= maxBytes) {
        return true;
      }
    }
    return page.size() == maxBulks;
  }

  /** The highest rank first, scores as eight bytes, little end first. */
  private boolean sortedSet(List<String> items, long maxBytes) {
    int members = Math.max(1, (maxBulks + 1) / 2);
    long bytes = 0;
    List<?> page = page("ZREVRANGE", done, done + members - 1L, "WITHSCORES");
    for (int i = 0; i < page.size(); i += 2) {
      String member = (String) page.get(i);
      String score = (String) page.get(i + 1);
      byte[] raw =
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(number(score)).array();
      items.add(member);
      items.add(Wire.text(raw));
      done++;
      bytes += member.length() + 8;
      if (bytes >= maxBytes) {
        return true;
      }
    }
    return page.size() == members * 2;
  }

  private static double number(String score) {
    return switch (score) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(score);
    };
  }

  private boolean scanned(List<String> items, long maxBytes) {
    long bytes = 0;
    do {
      String scan = type.equals("hash") ? "HSCAN" : "SSCAN";
      List<?> reply = (List<?>) engine.call(scan, key, cursor, "COUNT", "10");
      if (reply == null) {
        return false;
      }
      cursor = String.valueOf(reply.get(0));
      for (Object item : (List<?>) reply.get(1)) {
        items.add((String) item);
        bytes += ((String) item).length();
      }
    } while (!cursor.equals("0") && items.size() < maxBulks && bytes < maxBytes);
    return !cursor.equals("0");
  }

  private List<?> page(String command, long from, long to, String... more) {
    List<String> words = new ArrayList<>(List.of(command, key));
    words.add(Long.toString(from));
    words.add(Long.toString(to));
    words.addAll(List.of(more));
    Object reply = engine.call(words);
    return reply instanceof List<?> list ? list : List.of();
  }

  /** As SLOTSMGRT-ASYNC-STATUS shows it. */
  String status() {
    String[] fields = {
      "key", key,
      "val.type", Integer.toString(List.of("string", "list", "set", "zset", "hash").indexOf(type)),
      "stage", Integer.toString(stage.ordinal()),
      "expire", Long.toString(expireAt),
      "cursor", cursor,
      "lindex", Integer.toString(type.equals("list") ? done : 0),
      "zindex", Integer.toString(type.equals("zset") ? done : 0),
      "chunked_msgs", Long.toString(chunks)
    };
    List<String> frames = new ArrayList<>();
    for (String field : fields) {
      frames.add(Wire.bulk(field));
    }
    return Wire.array(frames);
  }
}
