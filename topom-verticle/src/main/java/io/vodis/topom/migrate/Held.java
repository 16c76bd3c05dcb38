package io.vodis.topom.migrate;

import io.vodis.lifecycle.VodisException;

/** A batch cannot go on now, for a reason an operator can read; it is tried again later. */
final class Held extends VodisException {

  private static final long serialVersionUID = 1L;

  Held(String reason) {
    super(reason);
  }
}
