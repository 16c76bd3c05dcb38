package io.vodis.it.differential;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes arguments of each kind that the grammar names. Few different ones, so that they meet. */
final class Values {

  static final List<String> KEY_KINDS =
      List.of("str", "bits", "list", "hash", "set", "zset", "geo", "hll", "stream", "vset");
  private static final int KEYS_PER_KIND = 3;
  private static final int OTHER_TYPE_ONE_IN = 12;

  private static final List<String> INTEGERS =
      List.of(
          "0",
          "1",
          "-1",
          "2",
          "7",
          "100",
          "-5",
          "42",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "1.5",
          "abc",
          "",
          "+1",
          "01",
          " 1",
          "-0");
  private static final List<String> FLOATS =
      List.of(
          "0", "1", "-1", "1.5", "-2.25", "3.0e3", "1e-5", "0.1", "17", "inf", "-inf", "nan",
          "1e400", "abc", "", "1 ");
  private static final Map<String, List<String>> WORDS =
      Map.ofEntries(
          Map.entry("index", List.of("0", "1", "2", "3", "5", "-1", "-2", "-100", "100", "x")),
          Map.entry("count", List.of("0", "1", "2", "3", "5", "10", "100", "-1", "x")),
          Map.entry("offset", List.of("0", "1", "7", "8", "100", "1000", "-1", "x", "4294967296")),
          Map.entry("bit", List.of("0", "1", "0", "1", "2", "x")),
          Map.entry("bittype", List.of("u8", "i8", "u1", "i16", "u63", "i64", "u64", "x8")),
          Map.entry("bitoffset", List.of("0", "1", "#1", "#2", "100", "-1", "x")),
          Map.entry("ttl", List.of("10000", "20000", "100000", "0", "-1", "x", INTEGERS.get(8))),
          Map.entry("ttlms", List.of("10000000", "20000000", "0", "-1", "x", INTEGERS.get(8))),
          // Without the greatest number: Valkey 8.1.1 ends itself where the time overflows.
          Map.entry("restorems", List.of("10000000", "20000000", "0", "-1", "x")),
          Map.entry("when", List.of("4102444800", "4102448400", "1", "0", "-1", "x")),
          Map.entry("whenms", List.of("4102444800000", "4102448400000", "1", "0", "-1", "x")),
          Map.entry("wait", List.of("0.01", "0.005", "-1", "x")),
          Map.entry("idle", List.of("0", "0", "100000000", "x")),
          Map.entry("db", List.of("0", "0", "0", "1", "2", "1", "15", "16", "-1", "x", "0x1")),
          Map.entry("score", List.of("0", "1", "2", "2.5", "-3", "1e3", "inf", "-inf", "x", "nan")),
          Map.entry("scorebound", List.of("-inf", "+inf", "0", "(1", "1", "2.5", "(3", "x", "(")),
          Map.entry("lexbound", List.of("-", "+", "[m1", "(m2", "[{", "(z", "m", "[")),
          Map.entry("longitude", List.of("13.36", "15.08", "2.35", "-0.12", "200", "x")),
          Map.entry("latitude", List.of("38.11", "37.50", "48.85", "51.5", "100", "x")),
          Map.entry("radius", List.of("1", "100", "1000", "20000", "-1", "x")),
          Map.entry("unit", List.of("m", "km", "mi", "ft", "KM", "x")),
          Map.entry("id", List.of("1-1", "1-2", "2-1", "3-1", "5-5", "7", "9-9", "0", "1-*", "x")),
          Map.entry("idbound", List.of("-", "+", "1", "(1-1", "2-1", "3", "(5", "x")),
          Map.entry("group", List.of("g0", "g1")),
          Map.entry("consumer", List.of("c0", "c1", "c2")),
          Map.entry("channel", List.of("news", "sport")),
          Map.entry("library", List.of("lib", "nolib")),
          Map.entry("function", List.of("readone", "nofunction")));

  private static final List<String> SCRIPTS =
      List.of(
          "return 1",
          "return {KEYS[1], ARGV[1], 3.7, false, 'x'}",
          "return redis.call('SET', KEYS[1], ARGV[1])",
          "return redis.call('GET', KEYS[1])",
          "return redis.pcall('LPUSH', KEYS[1], ARGV[1])",
          "return redis.error_reply('MYERR text')",
          "return redis.status_reply('FINE')",
          "error('boom')",
          "return {1, {2, {3, 'x'}}}",
          "redis.call('EXPIRE', KEYS[1], 100000) return redis.call('TYPE', KEYS[1])",
          "syntax error here");
  private static final String FUNCTIONS =
      "#!lua name=lib\n"
          + "redis.register_function{function_name='readone', flags={'no-writes'},"
          + " callback=function(keys, args) return {keys, args} end}";

  private final Random random;
  private final List<byte[]> dumps;
  private final List<String> tags;
  private String tag;

  /** Keys and members carry one of the tags, {@code dumps} are what DUMP has given elsewhere. */
  Values(Random random, List<String> tags, List<byte[]> dumps) {
    this.random = random;
    this.tags = tags;
    this.dumps = dumps;
    this.tag = tags.getFirst();
  }

  /** Takes another tag for what comes. */
  void nextTag() {
    tag = tags.get(random.nextInt(tags.size()));
  }

  byte[] of(String kind) {
    return switch (kind) {
      case "value" -> value();
      case "dump" -> pick(dumps);
      default -> text(kind).getBytes(StandardCharsets.ISO_8859_1);
    };
  }

  private String text(String kind) {
    if (KEY_KINDS.contains(kind)) {
      return key(random.nextInt(OTHER_TYPE_ONE_IN) == 0 ? pick(KEY_KINDS) : kind);
    }
    List<String> words = WORDS.get(kind);
    if (words != null) {
      return mostlyFirst(words);
    }
    return switch (kind) {
      case "key" -> key(pick(KEY_KINDS));
      case "int" -> mostlyFirst(INTEGERS);
      case "float" -> mostlyFirst(FLOATS);
      case "field" -> "f" + random.nextInt(8);
      case "member" -> random.nextInt(3) == 0 ? "" + random.nextInt(20) : "m" + random.nextInt(8);
      case "pattern" -> pick(List.of("*", "m*", "f?", "[a-m]*", "{" + tag + "}*", "\\*", "x[", ""));
      case "script" -> pick(SCRIPTS);
      case "sha" -> random.nextInt(4) == 0 ? "0".repeat(40) : Sha1.of(pick(SCRIPTS));
      case "functionbody" -> pick(List.of(FUNCTIONS, FUNCTIONS, "no function", "#!lua\n"));
      default -> throw new IllegalArgumentException("no such kind: " + kind);
    };
  }

  private String key(String kind) {
    return "{" + tag + "}" + kind + random.nextInt(KEYS_PER_KIND);
  }

  /** What is right stands at the front of the lists, and comes more often. */
  private String mostlyFirst(List<String> words) {
    return words.get(Math.min(random.nextInt(words.size()), random.nextInt(words.size())));
  }

  private byte[] value() {
    return switch (random.nextInt(12)) {
      case 0 -> new byte[0];
      case 1 -> random(1 + random.nextInt(40));
      case 2 -> "line\r\n$5\r\n*1\r\n\0end".getBytes(StandardCharsets.ISO_8859_1);
      case 3 -> mostlyFirst(FLOATS).getBytes(StandardCharsets.ISO_8859_1);
      case 4 -> random.nextInt(20) == 0 ? random(30_000 + random.nextInt(100_000)) : random(300);
      case 5, 6, 7 -> mostlyFirst(INTEGERS).getBytes(StandardCharsets.ISO_8859_1);
      default -> ("value " + random.nextInt(100)).getBytes(StandardCharsets.ISO_8859_1);
    };
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
