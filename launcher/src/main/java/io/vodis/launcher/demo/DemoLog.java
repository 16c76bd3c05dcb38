package io.vodis.launcher.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Sends the log of all roles to a file, so that the terminal shows the demo only, and errors. */
final class DemoLog {

  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %-24.24logger{0} %msg%n";

  private DemoLog() {}

  static void toFile(Path file) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setFile(file.toString());
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    Appender<ILoggingEvent> console = root.getAppender("CONSOLE");
    if (console != null) {
      ThresholdFilter errors = new ThresholdFilter();
      errors.setLevel(Level.ERROR.toString());
      errors.start();
      console.addFilter(errors);
    }
    root.addAppender(appender);
  }
}
