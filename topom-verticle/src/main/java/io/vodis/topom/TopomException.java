package io.vodis.topom;

import io.vodis.lifecycle.VodisException;

/** Why the topology manager did not do what it was asked. */
public class TopomException extends VodisException {

  private static final long serialVersionUID = 1L;

  /** The {@code code} of an API error, and its HTTP status. */
  public enum Code {
    INVALID(400),
    NOT_FOUND(404),
    CONFLICT(409),
    /** The leader is elsewhere or nowhere. */
    NOT_LEADER(503),
    /** The store or a server did not answer. */
    UNAVAILABLE(503);

    private final int httpStatus;

    Code(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    public int httpStatus() {
      return httpStatus;
    }
  }

  private final Code code;

  public TopomException(Code code, String message) {
    super(message);
    this.code = code;
  }

  public TopomException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
