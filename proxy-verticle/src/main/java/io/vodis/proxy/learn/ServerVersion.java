package io.vodis.proxy.learn;

import java.util.Map;
import java.util.TreeMap;

/**
 * What tells that a server has other commands than before: it is another process, another release,
 * or has loaded or unloaded a module.
 *
 * @param name and version, such as {@code redis 7.0.15}
 * @param runId different at every start
 * @param commandCount what it answers to {@code COMMAND COUNT}
 */
record ServerVersion(String name, String runId, long commandCount) {

  /** Reads INFO's section {@code server}. Valkey says there which Redis it is compatible with. */
  static ServerVersion of(String info, long commandCount) {
    Map<String, String> fields = new TreeMap<>();
    for (String line : info.split("\r?\n")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    String valkey = fields.get("valkey_version");
    return new ServerVersion(
        valkey != null
            ? "valkey " + valkey
            : "redis " + fields.getOrDefault("redis_version", "of unknown version"),
        fields.getOrDefault("run_id", ""),
        commandCount);
  }
}
