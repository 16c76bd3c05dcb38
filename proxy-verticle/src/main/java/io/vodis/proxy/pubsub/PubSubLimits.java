package io.vodis.proxy.pubsub;

/**
 * Bounds of what clients may have beside requests and replies, in the units the data plane needs.
 *
 * @param maxSubscribers subscribed clients of one loop
 * @param maxTopics channels and patterns of one client
 * @param hardBytes a client that leaves more than that untaken is cut; 0 for never
 * @param softBytes likewise, if it does so for {@code softNanos}; 0 for never
 * @param subscribeNanos how long a client waits for the servers to confirm
 * @param followNanos how long a table waits for subscriptions to follow it
 */
public record PubSubLimits(
    int maxSubscribers,
    int maxTopics,
    long hardBytes,
    long softBytes,
    long softNanos,
    long subscribeNanos,
    long followNanos) {

  /** The largest message that is collected for a client. */
  long maxMessageBytes() {
    return hardBytes > 0 ? hardBytes : Integer.MAX_VALUE;
  }
}
