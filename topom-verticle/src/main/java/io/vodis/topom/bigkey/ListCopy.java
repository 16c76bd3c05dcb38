package io.vodis.topom.bigkey;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A list, by ranges of elements. */
final class ListCopy implements KeyCopy {

  @Override
  public void copy(KeyAt from, KeyAt to, Runnable step) {
    ChunkSizer sizer = new ChunkSizer();
    long at = 0;
    for (List<byte[]> chunk = range(from, at, sizer);
        !chunk.isEmpty();
        chunk = range(from, at, sizer)) {
      to.call(to.commandWith("RPUSH", chunk));
      at += chunk.size();
      step.run();
    }
  }

  @Override
  public Optional<String> difference(KeyAt from, KeyAt to, Runnable step) {
    if (from.number("LLEN") != to.number("LLEN")) {
      return Optional.of("the lengths differ");
    }
    ChunkSizer sizer = new ChunkSizer();
    long at = 0;
    while (true) {
      int count = sizer.count();
      List<byte[]> mine = range(from, at, count);
      if (!Bytes.equal(mine, range(to, at, count))) {
        return Optional.of("the elements from " + at + " on differ");
      }
      if (mine.isEmpty()) {
        return Optional.empty();
      }
      sizer.onChunk(mine.size(), Bytes.sum(mine));
      at += mine.size();
      step.run();
    }
  }

  private static List<byte[]> range(KeyAt key, long at, ChunkSizer sizer) {
    List<byte[]> chunk = range(key, at, sizer.count());
    sizer.onChunk(chunk.size(), Bytes.sum(chunk));
    return chunk;
  }

  private static List<byte[]> range(KeyAt key, long at, int count) {
    List<byte[]> elements = new ArrayList<>(count);
    for (Reply element : Replies.items(key.call("LRANGE", at, at + count - 1))) {
      elements.add(Replies.bytes(element));
    }
    return elements;
  }
}
