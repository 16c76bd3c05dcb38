package io.vodis.launcher.demo;

import io.vodis.lifecycle.VodisException;

/** Why the demo cannot run on this machine. */
final class DemoException extends VodisException {

  private static final long serialVersionUID = 1L;

  DemoException(String message) {
    super(message);
  }

  DemoException(String message, Throwable cause) {
    super(message, cause);
  }
}
