package io.vodis.launcher;

import io.vodis.launcher.admin.AdminCommand;
import io.vodis.launcher.demo.DemoCommand;
import io.vodis.lifecycle.CommandLines;
import io.vodis.lifecycle.RoleCommand;
import io.vodis.lifecycle.RoleDefinition;
import io.vodis.lifecycle.Version;
import io.vodis.model.Role;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** main() of {@code vodis}: the root of all commands. */
@Command(
    name = "vodis",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Many Redis or Valkey servers behind one address.",
    synopsisSubcommandLabel = "COMMAND")
public final class Vodis implements Callable<Integer> {

  @Option(
      names = "--default-config",
      paramLabel = "ROLE",
      description = "Prints the commented default configuration of proxy, topom, ha or metrics.")
  private @Nullable Role defaultConfig;

  @Spec private @Nullable CommandSpec spec;

  private Vodis() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    CommandLines.runAndExit(commandLine(), args);
  }

  static CommandLine commandLine() {
    CommandLine root = new CommandLine(new Vodis());
    // Roles are names of commands and values of an option.
    root.setAllowSubcommandsAsOptionParameters(true);
    root.addSubcommand(new DemoCommand());
    for (RoleDefinition<?> definition : Roles.all()) {
      CommandLine command = new CommandLine(new RoleCommand<>(definition));
      command.getCommandSpec().usageMessage().description(description(definition.role()));
      root.addSubcommand(definition.role().id(), command);
    }
    root.addSubcommand(new AllCommand());
    root.addSubcommand(new AdminCommand());
    root.addSubcommand(new CommandLine.HelpCommand());
    return root;
  }

  private static String description(Role role) {
    return switch (role) {
      case PROXY -> "Runs a proxy: what clients connect to.";
      case TOPOM -> "Runs a topology manager: HTTP API, moving of slots.";
      case HA -> "Runs a watcher of servers, which has failed primaries replaced.";
      case METRICS -> "Runs a collector of figures: Prometheus page, InfluxDB, StatsD.";
    };
  }

  @Override
  public Integer call() {
    if (defaultConfig == null) {
      throw new CommandLine.ParameterException(
          CommandLines.spec(spec).commandLine(), "Missing required subcommand");
    }
    for (RoleDefinition<?> definition : Roles.all()) {
      if (definition.role() == defaultConfig) {
        CommandLines.out(spec).print(definition.defaultConfig());
        CommandLines.out(spec).flush();
      }
    }
    return 0;
  }
}
