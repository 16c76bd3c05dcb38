package io.vodis.proxy.pubsub;

import io.vodis.slot.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A channel, shard channel or pattern that a client is subscribed to.
 *
 * <p>A channel belongs to the slot of its name and is published on that slot's server. What a
 * pattern matches may be published on any server, and so are notifications of changed keys: where
 * the key is.
 */
final class Topic {

  private static final byte[] NOTIFICATION = "__key".getBytes(StandardCharsets.US_ASCII);

  private final Kind kind;
  private final byte[] name;
  private final int slot;
  private final boolean everywhere;

  Topic(Kind kind, byte[] name) {
    this.kind = kind;
    this.name = name;
    this.slot = SlotHash.slotOf(name);
    this.everywhere = kind == Kind.PATTERN || kind == Kind.CHANNEL && isNotification(name);
  }

  /** {@code __keyspace@0__:foo}, {@code __keyevent@0__:set}. */
  static boolean isNotification(byte[] channel) {
    return channel.length >= NOTIFICATION.length
        && Arrays.equals(channel, 0, NOTIFICATION.length, NOTIFICATION, 0, NOTIFICATION.length);
  }

  Kind kind() {
    return kind;
  }

  byte[] name() {
    return name;
  }

  int slot() {
    return slot;
  }

  /** Whether messages for it may come from any server. */
  boolean everywhere() {
    return everywhere;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Topic topic && kind == topic.kind && Arrays.equals(name, topic.name);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(name) + kind.ordinal();
  }

  @Override
  public String toString() {
    return kind + " " + new String(name, StandardCharsets.UTF_8);
  }
}
