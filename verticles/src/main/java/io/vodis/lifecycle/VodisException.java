package io.vodis.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Root of the few unchecked exceptions of Vodis. Its message is one line that an operator can act
 * on.
 */
public class VodisException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public VodisException(String message) {
    super(message);
  }

  public VodisException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
