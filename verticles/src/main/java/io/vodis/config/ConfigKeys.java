package io.vodis.config;

import java.util.Set;

/** The names of the keys of a configuration record. */
public final class ConfigKeys {

  private ConfigKeys() {}

  public static Set<String> of(Class<? extends Record> type) {
    return Set.copyOf(new ConfigSchema(type).keys().keySet());
  }
}
