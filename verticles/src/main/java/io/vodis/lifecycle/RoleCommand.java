package io.vodis.lifecycle;

import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.ClusterNodes;
import io.vodis.config.ConfigSections;
import io.vodis.config.ConfigWriter;
import io.vodis.config.LogConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of one role as a process of its own. */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Runs this role until it is told to end (SIGTERM, Ctrl-C).")
public final class RoleCommand<C extends Record> implements Callable<Integer> {

  private static final Logger LOGGER = LoggerFactory.getLogger(RoleCommand.class);

  private final RoleDefinition<C> definition;

  @Option(
      names = {"-c", "--conf"},
      paramLabel = "FILE",
      description = "Configuration file. Without one: the defaults.")
  private @Nullable Path conf;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key of the configuration; may be repeated.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(names = "--default-config", description = "Prints the commented defaults and exits.")
  private boolean defaultConfig;

  @Spec private @Nullable CommandSpec spec;

  public RoleCommand(RoleDefinition<C> definition) {
    this.definition = definition;
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = CommandLines.out(spec);
    if (defaultConfig) {
      out.print(definition.defaultConfig());
      out.flush();
      return 0;
    }
    C config = definition.load(conf, overrides);
    LogLevel.apply(ConfigSections.find(config, LogConfig.class));
    LOGGER.info("configuration: {}", ConfigWriter.effective(config));
    try (ProcessScope scope = new ProcessScope()) {
      WaitingPages waiting = scope.started(WaitingPages.of(List.of(config)));
      ClusterNode node = scope.started(definition.join(config, waiting));
      RunningRole role =
          scope.started(
              ClusterNodes.startWithStore(() -> definition.start().apply(node, config), waiting));
      role.configuration().from(() -> definition.load(conf, overrides));
      HangUp.onEach(() -> HangUp.reload(role));
      out.printf(
          "vodis %s of %s is up on %s%n",
          definition.role().id(), node.product().productName(), role.member().serviceAddress());
      out.flush();
      scope.holdForever();
    }
    return 0;
  }
}
