package io.vodis.topom.bigkey;

import io.vodis.lifecycle.VodisException;

/** A big key stays where it is, for a reason an operator can read; it is tried again later. */
public final class NotMoved extends VodisException {

  private static final long serialVersionUID = 1L;

  public NotMoved(String reason) {
    super(reason);
  }
}
