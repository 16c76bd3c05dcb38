package io.vodis.proxy.info;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The answer of one server to INFO: fields by section, both in the order of the answer. */
public record ServerReport(Map<String, Map<String, String>> sections) {

  /** Reads the text of INFO; section names in lower case. */
  public static ServerReport parse(String info) {
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    Map<String, String> current = new LinkedHashMap<>();
    for (String line : info.split("\r?\n")) {
      if (line.startsWith("#")) {
        String name = line.substring(1).strip().toLowerCase(Locale.ROOT);
        current = sections.computeIfAbsent(name, section -> new LinkedHashMap<>());
      } else {
        int colon = line.indexOf(':');
        if (colon > 0) {
          // Modules all have the same key.
          String key = line.substring(0, colon);
          current.merge(key, line.substring(colon + 1), (one, more) -> one + "\n" + more);
        }
      }
    }
    return new ServerReport(sections);
  }

  /** The fields of a section; none if the server has no such section. */
  public Map<String, String> section(String name) {
    return sections.getOrDefault(name, Map.of());
  }

  /** Of Redis; Valkey tells for compatibility which Redis it equals. */
  public ServerVersion version() {
    return ServerVersion.parse(section("server").getOrDefault("redis_version", ""));
  }

  /** Of Valkey; 0.0.0 if it is none. */
  public ServerVersion valkeyVersion() {
    return ServerVersion.parse(section("server").getOrDefault("valkey_version", ""));
  }
}
