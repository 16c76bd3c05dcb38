package io.vodis.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.vodis.config.LogConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The level of what Vodis itself logs in this process. */
public final class LogLevel {

  /** Of all our loggers, unless one of them has its own in the logging configuration. */
  private static final String ROOT = "io.vodis";

  /** As the logging configuration says; null: as its parent's. */
  private static final @Nullable Level CONFIGURED =
      LoggerFactory.getLogger(ROOT) instanceof Logger logger ? logger.getLevel() : null;

  private LogLevel() {}

  /** Puts it in force at once; an empty one is that of the logging configuration. */
  public static void apply(LogConfig config) {
    // Another logging library may have been put on the class path; it is then on its own.
    if (LoggerFactory.getLogger(ROOT) instanceof Logger logger) {
      logger.setLevel(
          config.logLevel().isEmpty() ? CONFIGURED : Level.toLevel(config.logLevel(), Level.INFO));
    }
  }
}
