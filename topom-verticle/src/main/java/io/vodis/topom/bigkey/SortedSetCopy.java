package io.vodis.topom.bigkey;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A sorted set. Scores are compared as numbers: versions write the same one in several ways. */
final class SortedSetCopy extends ScannedCopy {

  SortedSetCopy() {
    super("ZSCAN", "ZCARD");
  }

  @Override
  void add(KeyAt from, KeyAt to, List<byte[]> page) {
    List<byte[]> arguments = new ArrayList<>(page.size());
    for (int i = 0; i + 1 < page.size(); i += 2) {
      arguments.add(page.get(i + 1));
      arguments.add(page.get(i));
    }
    to.call(to.commandWith("ZADD", arguments));
  }

  @Override
  boolean agrees(KeyAt scanned, KeyAt other, List<byte[]> page) {
    List<List<byte[]>> questions = new ArrayList<>(page.size() / 2);
    every(2, 0, page).forEach(member -> questions.add(other.command("ZSCORE", (Object) member)));
    List<Reply> scores = other.callAll(questions);
    for (int i = 0; i < scores.size(); i++) {
      if (scores.get(i) instanceof Reply.Null
          || score(Replies.bytes(scores.get(i))) != score(page.get(2 * i + 1))) {
        return false;
      }
    }
    return true;
  }

  /** As servers write it, infinity included. */
  static double score(byte[] text) {
    String words = new String(text, StandardCharsets.US_ASCII);
    return switch (words) {
      case "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(words);
    };
  }
}
