package io.vodis.proxy;

import io.vodis.config.ByteSize;
import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.pubsub.PubSubLimits;
import java.time.Duration;

/** Limits of clients that get messages beside replies. */
public record PubSubConfig(
    @Doc(
            "Most clients of this process that may be subscribed at a time. Each has a connection"
                + " of its own to every server it is subscribed at.")
        int pubsubMaxSubscribers,
    @Doc("Most channels and patterns of one client.") int pubsubMaxSubscriptions,
    @Doc("Most clients of this process that may use MONITOR at a time.") int monitorMaxClients,
    @Doc(
            "Most clients of this process that may use CLIENT TRACKING at a time. Each has"
                + " connections of its own to the servers.")
        int trackingMaxClients,
    @Doc(
            "A subscriber or monitor that leaves more bytes of messages untaken is disconnected"
                + " (client-output-buffer-limit pubsub, hard limit). 0: never.")
        ByteSize pubsubMaxOutput,
    @Doc(
            "A subscriber or monitor that leaves more than this untaken for pubsub_soft_period is"
                + " disconnected. 0: never.")
        ByteSize pubsubSoftOutput,
    @Doc("See pubsub_soft_output.") Duration pubsubSoftPeriod,
    @Doc(
            "Longest time that a fence of slots waits for subscribers to be subscribed at the next"
                + " server.")
        Duration pubsubFollowTimeout) {

  public PubSubConfig {
    if (pubsubMaxSubscribers < 0) {
      throw ConfigException.invalid("pubsub_max_subscribers", pubsubMaxSubscribers, "0 or more");
    }
    if (pubsubMaxSubscriptions < 1) {
      throw ConfigException.invalid(
          "pubsub_max_subscriptions", pubsubMaxSubscriptions, "1 or more");
    }
    if (monitorMaxClients < 0) {
      throw ConfigException.invalid("monitor_max_clients", monitorMaxClients, "0 or more");
    }
    if (trackingMaxClients < 1) {
      throw ConfigException.invalid("tracking_max_clients", trackingMaxClients, "1 or more");
    }
    SessionConfig.notNegative("pubsub_soft_period", pubsubSoftPeriod);
    if (pubsubFollowTimeout.toMillis() < 1 || pubsubFollowTimeout.toMillis() > 10_000) {
      throw ConfigException.invalid("pubsub_follow_timeout", pubsubFollowTimeout, "1ms to 10s");
    }
  }

  public static PubSubConfig defaults() {
    return new PubSubConfig(
        10_000,
        100_000,
        16,
        1000,
        ByteSize.ofMib(32),
        ByteSize.ofMib(8),
        Duration.ofSeconds(60),
        Duration.ofSeconds(2));
  }

  /** The share of one loop. */
  PubSubLimits limits(int loopCount, SlotConfig slot) {
    return new PubSubLimits(
        (pubsubMaxSubscribers + loopCount - 1) / loopCount,
        pubsubMaxSubscriptions,
        pubsubMaxOutput.bytes(),
        pubsubSoftOutput.bytes(),
        pubsubSoftPeriod.toNanos(),
        slot.slotWaitTimeout().toNanos(),
        pubsubFollowTimeout.toNanos());
  }
}
