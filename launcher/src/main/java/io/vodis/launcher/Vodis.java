package io.vodis.launcher;

import io.vodis.lifecycle.CommandLines;
import io.vodis.lifecycle.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** main() of {@code vodis}: the root of all commands. */
@Command(
    name = "vodis",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Many Redis or Valkey servers behind one address.",
    subcommands = CommandLine.HelpCommand.class)
public final class Vodis {

  private Vodis() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    CommandLines.runAndExit(commandLine(), args);
  }

  static CommandLine commandLine() {
    return new CommandLine(new Vodis());
  }
}
