package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a client has asked CLIENT TRACKING for.
 *
 * @param mode which keys are tracked
 * @param noLoop not those it writes itself
 * @param prefixes of keys in BCAST mode, one character per byte; the empty one stands for all
 * @param redirect the client that is told instead; 0: none
 */
record TrackingOptions(Mode mode, boolean noLoop, List<String> prefixes, long redirect) {

  /** Which keys are tracked. */
  enum Mode {
    /** Those that are read. */
    READ,
    /** Those that are read right behind CLIENT CACHING YES. */
    OPTIN,
    /** Those that are read, but not right behind CLIENT CACHING NO. */
    OPTOUT,
    /** All with one of the prefixes. */
    BCAST
  }

  TrackingOptions {
    prefixes = prefixes.stream().distinct().sorted().toList();
  }

  boolean broadcast() {
    return mode == Mode.BCAST;
  }

  /** With prefixes that were there before. */
  TrackingOptions withPrefixesOf(TrackingOptions before) {
    return new TrackingOptions(
        mode,
        noLoop,
        Stream.concat(before.prefixes.stream(), prefixes.stream()).toList(),
        redirect);
  }

  /**
   * The same, as a connection says it to its server.
   *
   * @param clientAtServer who is to be told there; 0: the connection itself
   */
  ByteBuf command(long clientAtServer) {
    List<String> words = new ArrayList<>(List.of("CLIENT", "TRACKING", "ON"));
    if (clientAtServer != 0) {
      words.add("REDIRECT");
      words.add(Long.toString(clientAtServer));
    }
    if (mode != Mode.READ) {
      words.add(mode.name());
    }
    if (noLoop) {
      words.add("NOLOOP");
    }
    if (!prefixes.contains("")) {
      for (String prefix : prefixes) {
        words.add("PREFIX");
        words.add(prefix);
      }
    }
    return frame(words);
  }

  /** A command as RESP. */
  static ByteBuf frame(List<String> words) {
    ByteBuf command = Unpooled.buffer(64);
    RespWriter.arrayHeader(command, words.size());
    words.forEach(word -> RespWriter.bulk(command, word.getBytes(StandardCharsets.ISO_8859_1)));
    return Unpooled.unreleasableBuffer(command);
  }
}
