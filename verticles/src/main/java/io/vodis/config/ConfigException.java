package io.vodis.config;

import io.vodis.lifecycle.VodisException;
import org.jspecify.annotations.Nullable;

/** A configuration that cannot be used. The message names file, key, value and what is allowed. */
public class ConfigException extends VodisException {

  private static final long serialVersionUID = 1L;

  private final @Nullable String key;

  public ConfigException(String message) {
    this(null, message);
  }

  private ConfigException(@Nullable String key, String message) {
    super(message);
    this.key = key;
  }

  /** The error of a value out of its range. */
  public static ConfigException invalid(String key, Object value, String allowed) {
    return new ConfigException(
        key, "invalid " + key + " '" + ConfigText.render(value) + "': expected " + allowed);
  }

  /** The same error, saying where the value came from. */
  ConfigException from(String source) {
    return new ConfigException(key, source + ": " + getMessage());
  }

  /** The key at fault; null if it is not about one key. */
  public @Nullable String key() {
    return key;
  }
}
