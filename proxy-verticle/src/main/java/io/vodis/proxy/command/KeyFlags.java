package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** What a request does with one of its keys, as COMMAND GETKEYSANDFLAGS says it. Pure. */
final class KeyFlags {

  private static final List<String> OVERWRITES = List.of("OW", "update");
  private static final List<String> READS = List.of("RO", "access");
  private static final List<String> READS_AND_WRITES = List.of("RW", "access", "update");

  private KeyFlags() {}

  /**
   * The flags of the i-th key of a request whose command is the argument {@code nameArg}. Most
   * commands publish them; what SET and BITFIELD do depends on their options.
   */
  static List<String> of(CommandSpec spec, int i, ByteBuf in, RequestDecoder request, int nameArg) {
    return switch (spec.name()) {
      case "set" -> hasWord(in, request, nameArg + 3, "get") ? READS_AND_WRITES : OVERWRITES;
      case "bitfield" ->
          hasWord(in, request, nameArg + 2, "set") || hasWord(in, request, nameArg + 2, "incrby")
              ? READS_AND_WRITES
              : READS;
      // Its target is the last of its specifications.
      case "sort" -> spec.keySpecs().get(i == 0 ? 0 : spec.keySpecs().size() - 1).flags();
      default -> spec.keySpecs().get(Math.min(i, spec.keySpecs().size() - 1)).flags();
    };
  }

  private static boolean hasWord(ByteBuf in, RequestDecoder request, int from, String word) {
    for (int arg = from; arg < request.argCount(); arg++) {
      String given =
          in.toString(
              in.readerIndex() + request.argOffset(arg),
              request.argLength(arg),
              StandardCharsets.ISO_8859_1);
      if (given.toLowerCase(Locale.ROOT).equals(word)) {
        return true;
      }
    }
    return false;
  }
}
