package io.vodis.topom.bigkey;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A collection without order, by pages of its scan. A scan may return an element twice, which does
 * no harm: elements are set, not added up.
 *
 * <p>Two are equal if every element of the target is one of the source and they are as many. Where
 * elements expire by themselves they need not be as many at a time; there the source's elements
 * must also be the target's.
 */
abstract class ScannedCopy implements KeyCopy {

  private final String scan;
  private final String count;

  /**
   * A way to copy.
   *
   * @param scan the command that returns a page
   * @param count the command that counts elements
   */
  ScannedCopy(String scan, String count) {
    this.scan = scan;
    this.count = count;
  }

  /** Adds a page, as the scan returned it. */
  abstract void add(KeyAt from, KeyAt to, List<byte[]> page);

  /** Whether the elements of a page of {@code scanned} are those of {@code other}. */
  abstract boolean agrees(KeyAt scanned, KeyAt other, List<byte[]> page);

  /** Whether elements expire by themselves; known after {@link #copy}. */
  boolean elementsExpire() {
    return false;
  }

  @Override
  public final void copy(KeyAt from, KeyAt to, Runnable step) {
    boolean all =
        eachPage(
            from,
            step,
            page -> {
              add(from, to, page);
              return true;
            });
    if (!all) {
      throw new IllegalStateException("a copy has ended early");
    }
  }

  @Override
  public final Optional<String> difference(KeyAt from, KeyAt to, Runnable step) {
    if (!elementsExpire() && from.number(count) != to.number(count)) {
      return Optional.of("the numbers of elements differ");
    }
    boolean equal = eachPage(to, step, page -> agrees(to, from, page));
    if (equal && elementsExpire()) {
      equal = eachPage(from, step, page -> agrees(from, to, page));
    }
    return equal ? Optional.empty() : Optional.of("elements differ");
  }

  private boolean eachPage(KeyAt key, Runnable step, Function<List<byte[]>, Boolean> onPage) {
    ChunkSizer sizer = new ChunkSizer();
    String cursor = "0";
    do {
      List<Reply> reply = Replies.items(key.call(scan, cursor, "COUNT", sizer.count()));
      List<byte[]> page = Bytes.of(Replies.items(reply.get(1)));
      sizer.onChunk(page.size(), Bytes.sum(page));
      if (!page.isEmpty() && !onPage.apply(page)) {
        return false;
      }
      cursor = Replies.text(reply.get(0));
      step.run();
    } while (!cursor.equals("0"));
    return true;
  }

  /** Every {@code stride}-th element of a page. */
  static List<byte[]> every(int stride, int from, List<byte[]> page) {
    List<byte[]> chosen = new ArrayList<>(page.size() / stride);
    for (int i = from; i < page.size(); i += stride) {
      chosen.add(page.get(i));
    }
    return chosen;
  }
}
