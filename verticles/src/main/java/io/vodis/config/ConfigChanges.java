package io.vodis.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What differs between two configurations of a role. */
public final class ConfigChanges {

  private ConfigChanges() {}

  /** The keys whose values differ, in the order of the file; values are not shown. */
  public static <R extends Record> List<String> between(Class<R> type, R before, R after) {
    ConfigSchema schema = new ConfigSchema(type);
    Map<String, Object> old = schema.values(before);
    Map<String, Object> now = schema.values(after);
    List<String> changed = new ArrayList<>();
    for (String key : schema.keys().keySet()) {
      if (!Objects.equals(old.get(key), now.get(key))) {
        changed.add(key);
      }
    }
    return changed;
  }
}
