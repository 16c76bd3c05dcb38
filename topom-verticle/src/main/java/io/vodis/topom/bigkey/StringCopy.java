package io.vodis.topom.bigkey;

import io.vodis.redis.Replies;
import java.util.Arrays;
import java.util.Optional;

/**
 * A string. It is read by ranges and sent as one SET whose value comes piece by piece: a string
 * that is appended to is moved in the memory of its server again and again as it grows.
 */
final class StringCopy implements KeyCopy {

  private static final int BYTES = 256 << 10;

  @Override
  public void copy(KeyAt from, KeyAt to, Runnable step) {
    long length = from.number("STRLEN");
    if (length > 0) {
      to.session()
          .set(
              to.timeout(),
              to.key(),
              length,
              at -> {
                step.run();
                return range(from, at);
              });
    }
  }

  @Override
  public Optional<String> difference(KeyAt from, KeyAt to, Runnable step) {
    long length = from.number("STRLEN");
    if (to.number("STRLEN") != length) {
      return Optional.of("the lengths differ");
    }
    for (long at = 0; at < length; at += BYTES) {
      step.run();
      if (!Arrays.equals(range(from, at), range(to, at))) {
        return Optional.of("the bytes from " + at + " on differ");
      }
    }
    return Optional.empty();
  }

  private static byte[] range(KeyAt key, long at) {
    return Replies.bytes(key.call("GETRANGE", at, at + BYTES - 1));
  }
}
