package io.vodis.topom.bigkey;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.Optional;

/** A key of a type that only the server understands, in one piece of bounded size. */
final class DumpCopy implements KeyCopy {

  private final String type;
  private final long bytesMax;

  DumpCopy(String type, long bytesMax) {
    this.type = type;
    this.bytesMax = bytesMax;
  }

  @Override
  public void copy(KeyAt from, KeyAt to, Runnable step) {
    long bytes = Replies.number(from.call(from.commandAt("MEMORY", "USAGE")), 0);
    if (bytes > bytesMax) {
      throw new NotMoved(
          "is of type %s and takes %d bytes, more than migration_dump_max_bytes"
              .formatted(type, bytes));
    }
    Reply dump = from.call("DUMP");
    if (!(dump instanceof Reply.Null)) {
      step.run();
      to.call("RESTORE", 0, Replies.bytes(dump));
    }
  }

  /**
   * A dump carries a checksum, which RESTORE has checked; dumps of one value by different versions
   * may differ.
   */
  @Override
  public Optional<String> difference(KeyAt from, KeyAt to, Runnable step) {
    String copied = Replies.text(to.call("TYPE"));
    return copied.equals(type) ? Optional.empty() : Optional.of("the copy is of type " + copied);
  }
}
