package io.vodis.lifecycle;

import io.vodis.cluster.ClusterNode;
import io.vodis.model.Role;
import java.util.function.BiFunction;
import picocli.CommandLine;

/** The main() of each role's fat jar. */
public final class RoleMain {

  private RoleMain() {}

  /** Runs the role as this process, and ends the process. */
  public static <C extends Record> void run(
      String[] args,
      Role role,
      Class<C> type,
      C defaults,
      BiFunction<ClusterNode, C, RunningRole> start) {
    RoleDefinition<C> definition = new RoleDefinition<>(role, type, defaults, start);
    CommandLine commandLine =
        new CommandLine(new RoleCommand<>(definition)).setCommandName("vodis-" + role.id());
    CommandLines.runAndExit(commandLine, args);
  }
}
