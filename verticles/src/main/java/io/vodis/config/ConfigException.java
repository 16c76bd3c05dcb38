package io.vodis.config;

import io.vodis.lifecycle.VodisException;

/** A configuration that cannot be used. The message names file, key, value and what is allowed. */
public class ConfigException extends VodisException {

  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  /** The error of a value out of its range. */
  public static ConfigException invalid(String key, Object value, String allowed) {
    return new ConfigException("invalid " + key + " '" + value + "': expected " + allowed);
  }
}
