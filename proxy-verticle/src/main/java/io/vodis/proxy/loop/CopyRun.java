package io.vodis.proxy.loop;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Joins copies from neighbouring places of one buffer to one socket. In a deep pipeline most
 * replies of a read go to one client: one copy of all of them instead of one each (bench: proxy
 * comparison, P=100).
 *
 * <p>A run lives within the handling of one read: whoever began it ends it before the source buffer
 * is released, and whoever writes to a socket by other means ends it before.
 */
public final class CopyRun {

  private @Nullable RespSocket target;
  private @Nullable ByteBuf source;
  private int start;
  private int end;

  /** Copies, now or with what follows, {@code length} bytes of {@code from} to a socket. */
  public void append(RespSocket to, ByteBuf from, int offset, int length) {
    if (target == to && source == from && end == offset) {
      end += length;
      return;
    }
    end();
    target = to;
    source = from;
    start = offset;
    end = offset + length;
  }

  /** Copies what is left to copy. */
  public void end() {
    RespSocket to = target;
    ByteBuf from = source;
    if (to != null && from != null) {
      target = null;
      source = null;
      to.outgoing().writeBytes(from, start, end - start);
    }
  }
}
