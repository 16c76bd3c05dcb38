package io.vodis.topom.bigkey;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lists of elements as bytes. */
final class Bytes {

  private Bytes() {}

  static List<byte[]> of(List<Reply> replies) {
    List<byte[]> bytes = new ArrayList<>(replies.size());
    for (Reply reply : replies) {
      bytes.add(Replies.bytes(reply));
    }
    return bytes;
  }

  static long sum(List<byte[]> elements) {
    return elements.stream().mapToLong(element -> element.length).sum();
  }

  static boolean equal(List<byte[]> one, List<byte[]> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (!Arrays.equals(one.get(i), other.get(i))) {
        return false;
      }
    }
    return true;
  }
}
