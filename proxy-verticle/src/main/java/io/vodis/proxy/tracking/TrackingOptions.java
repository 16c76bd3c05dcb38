package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a client has asked CLIENT TRACKING for; prefixes are one character per byte. */
record TrackingOptions(boolean broadcast, boolean noLoop, List<String> prefixes) {

  TrackingOptions {
    prefixes = List.copyOf(prefixes);
  }

  /** The same, as every connection says it to its server. */
  ByteBuf command() {
    List<String> words = new ArrayList<>(List.of("CLIENT", "TRACKING", "ON"));
    if (broadcast) {
      words.add("BCAST");
    }
    if (noLoop) {
      words.add("NOLOOP");
    }
    for (String prefix : prefixes) {
      words.add("PREFIX");
      words.add(prefix);
    }
    ByteBuf command = Unpooled.buffer(64);
    RespWriter.arrayHeader(command, words.size());
    words.forEach(word -> RespWriter.bulk(command, word.getBytes(StandardCharsets.ISO_8859_1)));
    return command;
  }
}
