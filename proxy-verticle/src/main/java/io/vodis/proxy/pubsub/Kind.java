package io.vodis.proxy.pubsub;

import java.nio.charset.StandardCharsets;

/** What one may subscribe to, and the words Redis has for it. */
enum Kind {
  CHANNEL("subscribe"),
  PATTERN("psubscribe"),
  SLOT_CHANNEL("ssubscribe");

  private final byte[] subscribe;
  private final byte[] unsubscribe;

  Kind(String subscribe) {
    this.subscribe = ascii(subscribe);
    // unsubscribe, punsubscribe, sunsubscribe
    this.unsubscribe = ascii(subscribe.replace("subscribe", "unsubscribe"));
  }

  private static byte[] ascii(String word) {
    return word.getBytes(StandardCharsets.US_ASCII);
  }

  byte[] subscribe() {
    return subscribe;
  }

  byte[] unsubscribe() {
    return unsubscribe;
  }
}
