package io.vodis.lifecycle;

import io.vodis.config.ConfigException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * How all commands of Vodis end: 0 when done, 1 with one line on standard error when something
 * could not be done, 2 for a wrong command line or configuration.
 */
public final class CommandLines {

  private static final Logger LOGGER = LoggerFactory.getLogger(CommandLines.class);

  private CommandLines() {}

  /** Adds the error handling to a command line. */
  static CommandLine prepare(CommandLine commandLine) {
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              if (OneLine.isBug(failure)) {
                LOGGER.error("unexpected failure, please report", failure);
              }
              PrintWriter err = command.getErr();
              err.println(command.getCommandSpec().qualifiedName() + ": " + OneLine.of(failure));
              err.flush();
              return failure instanceof ConfigException ? 2 : 1;
            });
  }

  /** Runs the command and ends the process with its exit code, whatever happens. */
  @SuppressWarnings("CatchAndPrintStackTrace") // Without memory or classes the log may not work.
  public static void runAndExit(CommandLine commandLine, String[] args) {
    int exitCode = 3;
    try {
      exitCode = prepare(commandLine).execute(args);
    } catch (Throwable fatal) {
      fatal.printStackTrace();
    } finally {
      System.exit(exitCode);
    }
  }

  /** Where a command prints. */
  public static PrintWriter out(@Nullable CommandSpec spec) {
    return spec(spec).commandLine().getOut();
  }

  /** A command's own description, which picocli sets before it runs it. */
  public static CommandSpec spec(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("a command runs only from its command line");
    }
    return spec;
  }
}
