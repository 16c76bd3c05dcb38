package io.vodis.launcher.admin;

import io.vodis.lifecycle.VodisException;

/** Why a command did not do what it was asked, with the exit code that says so to scripts. */
final class AdminFailure extends VodisException {

  private static final long serialVersionUID = 1L;

  /** What scripts can tell apart; listed in every help. */
  enum Kind {
    REFUSED(1),
    UNREACHABLE(3),
    UNAUTHORIZED(4);

    private final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }
  }

  private final Kind kind;

  AdminFailure(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  AdminFailure(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  int exitCode() {
    return kind.exitCode;
  }
}
