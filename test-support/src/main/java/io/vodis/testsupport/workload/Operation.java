package io.vodis.testsupport.workload;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One command and what its fate means to the models of its keys.
 *
 * @param onReply given any reply but an error; throws {@link Mismatch} if the reply is wrong
 * @param onUnknown the command may have been done or not
 * @param divisible the command may have been done in part when an error came, whatever the error
 */
record Operation(
    String[] command, Consumer<@Nullable Object> onReply, Runnable onUnknown, boolean divisible) {

  /** A reply that no correct server could have given. */
  static final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mismatch(Object expected, @Nullable Object reply) {
      super(difference(expected, reply));
    }
  }

  static Operation write(
      Consumer<@Nullable Object> onReply, Runnable onUnknown, String... command) {
    return new Operation(command, onReply, onUnknown, false);
  }

  static Operation read(Consumer<@Nullable Object> onReply, String... command) {
    return new Operation(command, onReply, () -> {}, false);
  }

  static void expect(@Nullable Object expected, @Nullable Object reply) {
    if (!java.util.Objects.equals(expected, reply)) {
      throw new Mismatch(String.valueOf(expected), reply);
    }
  }

  static String difference(Object expected, @Nullable Object actual) {
    return "expected " + shorten(expected) + ", got " + shorten(actual);
  }

  /** Values may be large; a finding must be readable. */
  static String shorten(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() <= 160
        ? text
        : text.substring(0, 160) + "... (" + text.length() + " characters)";
  }

  String text() {
    return shorten(String.join(" ", command));
  }
}
