package io.vodis.config;

import java.lang.reflect.RecordComponent;
import java.util.Optional;

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

  /** What the configuration says under a key, in words; empty if it has no such key. */
  public static Optional<String> text(Record config, String key) {
    return Optional.ofNullable(new ConfigSchema(config.getClass()).values(config).get(key))
        .map(Object::toString);
  }
}
