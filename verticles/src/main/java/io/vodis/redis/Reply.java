package io.vodis.redis;

import java.util.List;

/** A server's answer to a control-plane call. Errors are thrown, never values. */
public sealed interface Reply {

  /** A status line or a bulk string. */
  record Text(byte[] bytes) implements Reply {}

  record Number(long value) implements Reply {}

  record Items(List<Reply> items) implements Reply {
    public Items {
      items = List.copyOf(items);
    }
  }

  record Null() implements Reply {}
}
