package io.vodis.proxy.migrate;

import io.vodis.model.HostAndPort;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Asks the leading topom to move keys. */
@FunctionalInterface
public interface KeyRequests {

  /**
   * What is known of the keys.
   *
   * @param left places of those that may still be on the source; the others are not
   * @param reason why nothing is known; empty if something is
   */
  record Answer(List<Integer> left, String reason) {

    /** Of none of so many keys. */
    public static Answer unknown(int keys, Throwable error) {
      return new Answer(
          IntStream.range(0, keys).boxed().toList(), String.valueOf(error.getMessage()));
    }
  }

  /**
   * Asks once.
   *
   * @param onAnswer called later, once, on the loop that asks, within a bounded time
   */
  void move(
      HostAndPort source,
      HostAndPort target,
      int database,
      List<byte[]> keys,
      Consumer<Answer> onAnswer);
}
