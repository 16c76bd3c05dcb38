package io.vodis.proxy.loop;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Joins copies from neighbouring places of one buffer to one target. In a deep pipeline most
 * replies of a read go to one client: one copy of all of them instead of one each (bench: proxy
 * comparison, P=100).
 *
 * <p>A run lives within the handling of one read: whoever began it ends it before the source or the
 * target is released, and whoever writes to the target by other means ends it before.
 */
public final class CopyRun {

  /** Where a run ends up: whatever is written to that buffer is written through the run. */
  public interface Target {

    /** The buffer to append to. */
    ByteBuf outgoing();
  }

  private static final int NONE = -1;

  // Both are kept after a run: storing a reference costs more than comparing one, with a collector
  // that notes which old objects point to which.
  private @Nullable Target target;
  private @Nullable ByteBuf source;

  private int start = NONE;
  private int end = NONE;

  /** Copies, now or with what follows, {@code length} bytes of {@code from} to a target. */
  public void append(Target to, ByteBuf from, int offset, int length) {
    if (end == offset && target == to && source == from) {
      end += length;
      return;
    }
    end();
    if (target != to) {
      target = to;
    }
    if (source != from) {
      source = from;
    }
    start = offset;
    end = offset + length;
  }

  /** Copies what is left to copy. */
  public void end() {
    Target to = target;
    ByteBuf from = source;
    int at = start;
    if (at != NONE && to != null && from != null) {
      int length = end - at;
      start = NONE;
      end = NONE;
      to.outgoing().writeBytes(from, at, length);
    }
  }
}
