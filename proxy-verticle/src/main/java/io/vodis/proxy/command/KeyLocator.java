package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.KeySpec.Begin;
import io.vodis.proxy.command.KeySpec.Find;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.slot.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys of a request by the key specifications of its command. One per event loop: the
 * result lives until the next call.
 */
public final class KeyLocator {

  private static final int KEYS_INITIAL = 16;

  /** Beyond this the array of an exceptional request is given back with the next one. */
  private static final int KEYS_KEPT = 1024;

  private static final byte[] NEGATIVE_KEYS =
      RespErrors.reply("ERR Number of keys can't be negative");
  private static final byte[] BAD_KEYS = RespErrors.reply("ERR Bad number of keys provided");
  private static final byte[] TOO_MANY_KEYS =
      RespErrors.reply("ERR Number of keys can't be greater than number of args");
  private static final byte[] NUMKEYS_NOT_POSITIVE =
      RespErrors.reply("ERR numkeys should be greater than 0");
  private static final byte[] SORT_BY_DENIED =
      RespErrors.reply("ERR BY option of SORT denied in cluster mode.");
  private static final byte[] SORT_GET_DENIED =
      RespErrors.reply("ERR GET option of SORT denied in cluster mode.");

  private static final int NOT_A_NUMBER = Integer.MIN_VALUE;

  private final int databaseCount;
  private int[] keyArgs = new int[KEYS_INITIAL];
  private int keyCount;
  private boolean hasPatterns;
  private byte @Nullable [] keysElsewhere;
  private byte[] error = RespErrors.SYNTAX;

  // The request under examination; its first argument may be a nested command's name.
  private int base;
  private int nameArg;
  private int argCount;

  /** For a proxy of that many databases. */
  public KeyLocator(int databaseCount) {
    this.databaseCount = databaseCount;
  }

  /**
   * Finds the keys of a request whose number of arguments has been checked.
   *
   * @return how many there are; -1 if that cannot be told, and {@link #error()} says why
   */
  public int locate(CommandSpec spec, ByteBuf in, RequestDecoder request) {
    int only = spec.onlyKeyArg();
    if (only > 0) {
      if (only >= request.argCount()) {
        // A module checks by itself how many there are, and publishes less than it wants.
        error = RespErrors.wrongArity(spec.name());
        return -1;
      }
      keyArgs[0] = only;
      keyCount = 1;
      return 1;
    }
    return locateNested(spec, in, request, 0);
  }

  /**
   * The database of the i-th key: the one the session has selected, but for the copy that COPY
   * makes in another.
   */
  public int database(CommandSpec spec, ByteBuf in, RequestDecoder request, int i, int selected) {
    if (i == 0 || !spec.name().equals("copy")) {
      return selected;
    }
    for (int arg = keyArgs[1] + 1; arg < request.argCount() - 1; arg++) {
      if (argument(in, request, arg).equalsIgnoreCase("db")) {
        String number = argument(in, request, arg + 1);
        // The server refuses what is no number, or too large.
        return number.matches("\\d{1,6}") && Integer.parseInt(number) < databaseCount
            ? Integer.parseInt(number)
            : selected;
      }
    }
    return selected;
  }

  /**
   * The other database in which a request touches its key: the one that MOVE names; -1 if there is
   * none.
   */
  public int secondDatabase(CommandSpec spec, ByteBuf in, RequestDecoder request) {
    if (!spec.name().equals("move") || request.argCount() < 3) {
      return -1;
    }
    String number = argument(in, request, 2);
    return number.matches("\\d{1,6}") && Integer.parseInt(number) < databaseCount
        ? Integer.parseInt(number)
        : -1;
  }

  private static String argument(ByteBuf in, RequestDecoder request, int arg) {
    return in.toString(
        in.readerIndex() + request.argOffset(arg),
        request.argLength(arg),
        StandardCharsets.ISO_8859_1);
  }

  /** Index of the argument that is the i-th key. */
  public int keyArg(int i) {
    return keyArgs[i];
  }

  /**
   * Whether the server will take further keys of the same slot, which only it can name: SORT with
   * patterns. Such a request cannot run while the slot migrates, for nobody knows what to move.
   */
  public boolean hasPatterns() {
    return hasPatterns;
  }

  /**
   * What to answer if the server may take further keys of any slot, which only it can name, and one
   * server does not have all slots; null if it will not. SORT with patterns that have no tag.
   */
  public byte @Nullable [] keysElsewhere() {
    return keysElsewhere;
  }

  /** What to answer when the keys cannot be told: a whole error reply. */
  public byte[] error() {
    return error;
  }

  /**
   * Whether this request would wait at the server: always for {@code BLPOP} and its like, for
   * {@code XREAD} and {@code XREADGROUP} only with {@code BLOCK} before {@code STREAMS}.
   */
  public boolean blocks(CommandSpec spec, ByteBuf in, RequestDecoder request) {
    if (!spec.mayBlock()) {
      return false;
    }
    if (spec.routing() == Routing.BLOCKING) {
      return true;
    }
    begin(in, request, 0);
    // XREADGROUP GROUP name consumer: these two are free text.
    int from = matches(in, request, 1, "GROUP") ? 4 : 1;
    for (int arg = from; arg < argCount; arg++) {
      if (matches(in, request, arg, "STREAMS")) {
        return false;
      }
      if (matches(in, request, arg, "BLOCK")) {
        return true;
      }
      if (matches(in, request, arg, "COUNT")) {
        arg++;
      }
    }
    return false;
  }

  /** As {@link #locate}, for a command whose name is not the first argument: COMMAND GETKEYS. */
  int locateNested(CommandSpec spec, ByteBuf in, RequestDecoder request, int nameArg) {
    begin(in, request, nameArg);
    if (keyArgs.length > KEYS_KEPT) {
      keyArgs = new int[KEYS_INITIAL];
    }
    keyCount = 0;
    hasPatterns = false;
    keysElsewhere = null;
    String name = spec.name();
    if (name.equals("sort") || name.equals("sort_ro")) {
      sort(in, request, name.equals("sort"));
      return keyCount;
    }
    for (KeySpec keySpec : spec.keySpecs()) {
      if (!follow(spec, keySpec, in, request)) {
        return -1;
      }
    }
    return keyCount;
  }

  private void begin(ByteBuf in, RequestDecoder request, int nameArg) {
    this.base = in.readerIndex();
    this.nameArg = nameArg;
    this.argCount = request.argCount() - nameArg;
  }

  private boolean follow(CommandSpec spec, KeySpec keySpec, ByteBuf in, RequestDecoder request) {
    return switch (keySpec.begin()) {
      case Begin.Index begin -> keysFrom(begin.index(), spec, keySpec.find(), in, request);
      case Begin.Keyword begin -> behindKeyword(begin, spec, keySpec.find(), in, request);
      case Begin.Unknown unknown -> fail(RespErrors.INVALID_KEYS);
    };
  }

  private boolean behindKeyword(
      Begin.Keyword begin, CommandSpec spec, Find find, ByteBuf in, RequestDecoder request) {
    String keyword = begin.keyword();
    if (begin.startFrom() < 0) {
      for (int arg = argCount + begin.startFrom(); arg > 0; arg--) {
        if (matches(in, request, arg, keyword)) {
          return keysFrom(arg + 1, spec, find, in, request);
        }
      }
      return true;
    }
    boolean single = find instanceof Find.Range range && range.lastKey() == 0;
    for (int arg = begin.startFrom(); arg < argCount; arg++) {
      if (matches(in, request, arg, keyword)) {
        if (single && arg + 1 == argCount) {
          // The key is missing. Whatever the server makes of it, it has no more keys than we know.
          return true;
        }
        if (!keysFrom(arg + 1, spec, find, in, request)) {
          return false;
        }
        if (!single) {
          return true;
        }
        // GEORADIUS ... STORE a STORE b: the server stores to the last, so all must be checked.
        arg++;
      }
    }
    // An option may be left out; the word before the only keys may not.
    return single || fail(RespErrors.SYNTAX);
  }

  private boolean keysFrom(
      int first, CommandSpec spec, Find find, ByteBuf in, RequestDecoder request) {
    return switch (find) {
      case Find.Range range -> range(first, range, spec);
      case Find.KeyNum num ->
          counted(first + num.keyNumIndex(), first + num.firstKey(), num.step(), spec, in, request);
      case Find.Unknown unknown -> fail(RespErrors.INVALID_KEYS);
    };
  }

  /**
   *
   *
   * <pre>
   *   MSET k v k v           index(1) range(-1,2,0)
   *   XREAD STREAMS a b 0 0  keyword(STREAMS) range(-1,1,2): the first half of the rest
   * </pre>
   */
  private boolean range(int first, Find.Range range, CommandSpec spec) {
    int last = range.lastKey() >= 0 ? first + range.lastKey() : argCount + range.lastKey();
    int rest = argCount - first;
    if (range.lastKey() < 0 && range.limit() > 1) {
      boolean streams = spec.row().categories().contains("stream");
      if (rest <= 0) {
        return fail(RespErrors.SYNTAX);
      }
      if (streams && rest % range.limit() != 0) {
        // The server will refuse it, each version in its own words.
        add(first);
        return true;
      }
      last = first + rest / range.limit() + range.lastKey();
    }
    if (range.lastKey() == -1 && rest % range.step() != 0 && spec.name().startsWith("mset")) {
      return fail(RespErrors.wrongArity(spec.name()));
    }
    // Fewer than none is fine: PFMERGE may have no source.
    if (last >= argCount) {
      return fail(RespErrors.SYNTAX);
    }
    for (int arg = first; arg <= last; arg += range.step()) {
      add(arg);
    }
    return true;
  }

  /**
   *
   *
   * <pre>
   *   EVAL script 2 a b arg    index(2) keynum(0,1,1)
   * </pre>
   */
  private boolean counted(
      int numberArg, int first, int step, CommandSpec spec, ByteBuf in, RequestDecoder request) {
    int count = numberArg < argCount ? number(in, request, numberArg) : NOT_A_NUMBER;
    boolean script = spec.row().categories().contains("scripting");
    if (count < 0 || count == 0 && !script) {
      return fail(badCount(spec, count != NOT_A_NUMBER));
    }
    if ((long) first + (long) (count - 1) * step >= argCount) {
      boolean named = script || spec.name().equals("sintercard");
      return fail(named ? TOO_MANY_KEYS : RespErrors.SYNTAX);
    }
    for (int i = 0; i < count; i++) {
      add(first + i * step);
    }
    return true;
  }

  /** What the server answers to a number of keys that is none, or too small. */
  private static byte[] badCount(CommandSpec spec, boolean isNumber) {
    if (spec.name().equals("sintercard") || spec.name().endsWith("mpop")) {
      return NUMKEYS_NOT_POSITIVE;
    }
    if (!isNumber && spec.callsFunction()) {
      return BAD_KEYS;
    }
    if (!isNumber) {
      return RespErrors.NOT_AN_INTEGER;
    }
    return spec.row().categories().contains("sortedset")
        ? RespErrors.reply("ERR at least 1 input key is needed for '" + spec.name() + "' command")
        : NEGATIVE_KEYS;
  }

  /**
   * SORT names its other keys among options. A pattern names keys that only the server will know;
   * all of these are in the slot of the key if a tag stands before the star; otherwise they may be
   * in any, see {@link #keysElsewhere}.
   *
   * <pre>
   *   SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC|DESC] [ALPHA] [STORE key]
   * </pre>
   */
  private void sort(ByteBuf in, RequestDecoder request, boolean mayStore) {
    add(1);
    for (int arg = 2; arg < argCount; arg++) {
      if (matches(in, request, arg, "LIMIT") && argCount - arg > 2) {
        arg += 2;
      } else if (mayStore && matches(in, request, arg, "STORE") && argCount - arg > 1) {
        keyCount = 1; // The last one counts.
        add(++arg);
      } else if (matches(in, request, arg, "BY") && argCount - arg > 1) {
        if (isPatternElsewhere(in, request, ++arg)) {
          foundElsewhere(SORT_BY_DENIED);
        }
      } else if (matches(in, request, arg, "GET") && argCount - arg > 1) {
        if (isPatternElsewhere(in, request, ++arg)) {
          foundElsewhere(SORT_GET_DENIED);
        }
      }
    }
  }

  private void foundElsewhere(byte[] refusal) {
    if (keysElsewhere == null) {
      keysElsewhere = refusal;
    }
  }

  /** Without a star it names no key at all. */
  private boolean isPatternElsewhere(ByteBuf in, RequestDecoder request, int arg) {
    int from = base + request.argOffset(nameArg + arg);
    int length = request.argLength(nameArg + arg);
    int star = in.indexOf(from, from + length, (byte) '*');
    if (star < 0) {
      return false;
    }
    hasPatterns = true;
    int open = in.indexOf(from, star, (byte) '{');
    int close = open < 0 ? -1 : in.indexOf(open, star, (byte) '}');
    if (close < 0) {
      return true;
    }
    int key = base + request.argOffset(nameArg + 1);
    return SlotHash.slotOf(in, from, length)
        != SlotHash.slotOf(in, key, request.argLength(nameArg + 1));
  }

  /** Compares in any letter case with a word in upper case. */
  private boolean matches(ByteBuf in, RequestDecoder request, int arg, String word) {
    int length = word.length();
    if (arg >= argCount || request.argLength(nameArg + arg) != length) {
      return false;
    }
    int from = base + request.argOffset(nameArg + arg);
    for (int i = 0; i < length; i++) {
      int b = in.getByte(from + i);
      if (b >= 'a' && b <= 'z') {
        b -= 'a' - 'A';
      }
      if (b != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int number(ByteBuf in, RequestDecoder request, int arg) {
    int at = base + request.argOffset(nameArg + arg);
    int end = at + request.argLength(nameArg + arg);
    boolean negative = at < end && in.getByte(at) == '-';
    at += negative ? 1 : 0;
    if (at == end || end - at > 9 || in.getByte(at) == '0' && (negative || end - at > 1)) {
      return NOT_A_NUMBER;
    }
    int number = 0;
    for (; at < end; at++) {
      int digit = in.getByte(at) - '0';
      if (digit < 0 || digit > 9) {
        return NOT_A_NUMBER;
      }
      number = number * 10 + digit;
    }
    return negative ? -number : number;
  }

  private void add(int arg) {
    if (keyCount == keyArgs.length) {
      keyArgs = Arrays.copyOf(keyArgs, keyCount * 2);
    }
    keyArgs[keyCount++] = nameArg + arg;
  }

  private boolean fail(byte[] reply) {
    error = reply;
    return false;
  }
}
