package io.vodis.store;

import io.vodis.lifecycle.VodisException;

/**
 * Why the store did not do what was asked. A failed write has changed nothing unless it says so.
 */
public class StoreException extends VodisException {

  private static final long serialVersionUID = 1L;

  public enum Reason {
    /** Another topom leads, or this leadership has ended: stop acting at once. */
    NOT_LEADER,
    /**
     * The topology has moved on from the one the change was based on: load again and decide anew.
     */
    STALE_EPOCH,
    /**
     * No answer from the store. A write may or may not have happened: load again before the next.
     */
    UNAVAILABLE,
    /** The store holds something this version cannot read; the message names the path. */
    CORRUPT
  }

  private final Reason reason;

  public StoreException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public StoreException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
