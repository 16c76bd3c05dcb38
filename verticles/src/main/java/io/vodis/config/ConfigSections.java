package io.vodis.config;

import java.lang.reflect.RecordComponent;

/** Finds the parts that all role configurations have in common. */
public final class ConfigSections {

  private ConfigSections() {}

  /** The section of this type. Every role's configuration must have it. */
  public static <S extends Record> S find(Record config, Class<S> type) {
    for (RecordComponent component : config.getClass().getRecordComponents()) {
      if (component.getType() == type) {
        return type.cast(ConfigSchema.read(component, config));
      }
    }
    throw new IllegalStateException(
        config.getClass().getName() + " has no section " + type.getSimpleName());
  }
}
