package io.vodis.cluster;

import io.vodis.lifecycle.VodisException;

/** This process cannot take part in its product. */
public class ClusterException extends VodisException {

  private static final long serialVersionUID = 1L;

  public ClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
