package io.vodis.lifecycle;

import java.io.IOException;
import java.net.BindException;

/** What an operator is told of a failure: one line that says what to do about it. */
public final class OneLine {

  private OneLine() {}

  public static String of(Throwable failure) {
    if (failure instanceof VodisException) {
      return firstLine(failure);
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof VodisException || cause instanceof BindException) {
        return firstLine(cause);
      }
    }
    return failure.getClass().getSimpleName() + ": " + firstLine(failure);
  }

  /** Whether this is a fault of the program, for which the stack trace is worth logging. */
  static boolean isBug(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof VodisException || cause instanceof IOException) {
        return false;
      }
    }
    return true;
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
