package io.vodis.launcher;

import io.vodis.config.ConfigException;
import io.vodis.config.ConfigKeys;
import io.vodis.lifecycle.RoleDefinition;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code --set} for several roles at once: {@code role.key=value} for one of them, {@code
 * key=value} for every role that has the key.
 */
public final class RoleOverrides {

  private final Map<String, Map<String, String>> byRole = new HashMap<>();

  private RoleOverrides() {}

  /** Sorts the settings by role; one that fits no role is an error. */
  public static RoleOverrides of(Map<String, String> settings) {
    RoleOverrides result = new RoleOverrides();
    settings.forEach(result::add);
    return result;
  }

  private void add(String name, String value) {
    int dot = name.indexOf('.');
    boolean known = false;
    for (RoleDefinition<?> definition : Roles.all()) {
      String role = definition.role().id();
      if (dot >= 0
          ? name.substring(0, dot).equals(role)
          : ConfigKeys.of(definition.type()).contains(name)) {
        byRole.computeIfAbsent(role, r -> new HashMap<>()).put(name.substring(dot + 1), value);
        known = true;
      }
    }
    if (!known) {
      throw new ConfigException("--set " + name + ": no role has this key");
    }
  }

  /** The settings of one role, by key. */
  public Map<String, String> of(RoleDefinition<?> definition) {
    return byRole.getOrDefault(definition.role().id(), Map.of());
  }
}
