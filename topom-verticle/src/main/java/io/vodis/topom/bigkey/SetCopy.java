package io.vodis.topom.bigkey;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.ArrayList;
import java.util.List;

/** A set. */
final class SetCopy extends ScannedCopy {

  SetCopy() {
    super("SSCAN", "SCARD");
  }

  @Override
  void add(KeyAt from, KeyAt to, List<byte[]> page) {
    to.call(to.commandWith("SADD", page));
  }

  @Override
  boolean agrees(KeyAt scanned, KeyAt other, List<byte[]> page) {
    List<List<byte[]>> questions = new ArrayList<>(page.size());
    page.forEach(member -> questions.add(other.command("SISMEMBER", (Object) member)));
    for (Reply isMember : other.callAll(questions)) {
      if (Replies.number(isMember, 0) != 1) {
        return false;
      }
    }
    return true;
  }
}
