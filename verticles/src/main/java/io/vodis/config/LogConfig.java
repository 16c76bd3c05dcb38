package io.vodis.config;

import java.util.Set;

/** How much a process tells. */
public record LogConfig(
    @Doc(
            "Level of what Vodis itself logs: error, warn, info, debug, trace. Can be changed while"
                + " the process runs. Empty: as the logging configuration says, which is info.")
        String logLevel) {

  private static final Set<String> LEVELS = Set.of("", "error", "warn", "info", "debug", "trace");

  public LogConfig {
    logLevel = logLevel.strip().toLowerCase(java.util.Locale.ROOT);
    if (!LEVELS.contains(logLevel)) {
      throw ConfigException.invalid("log_level", logLevel, "error, warn, info, debug or trace");
    }
  }

  public static LogConfig defaults() {
    return new LogConfig("");
  }
}
