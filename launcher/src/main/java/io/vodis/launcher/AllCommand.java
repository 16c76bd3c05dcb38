package io.vodis.launcher;

import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.ClusterNodes;
import io.vodis.config.ConfigException;
import io.vodis.config.ConfigSections;
import io.vodis.config.ConfigWriter;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.CommandLines;
import io.vodis.lifecycle.HangUp;
import io.vodis.lifecycle.LogLevel;
import io.vodis.lifecycle.ProcessScope;
import io.vodis.lifecycle.RoleDefinition;
import io.vodis.lifecycle.RunningRole;
import io.vodis.lifecycle.WaitingPages;
import io.vodis.model.Role;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vodis all}: the four roles in one process, as one node of the product. */
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Runs all roles in one process against an external store.")
final class AllCommand implements Callable<Integer> {

  private static final Logger LOGGER = LoggerFactory.getLogger(AllCommand.class);

  @Option(
      names = {"-c", "--conf"},
      paramLabel = "DIR",
      description = "Directory with proxy.yaml, topom.yaml, ha.yaml, metrics.yaml; each may lack.")
  private @Nullable Path conf;

  @Option(
      names = "--set",
      paramLabel = "[ROLE.]KEY=VALUE",
      description = "Overrides a key of one role, or of every role that has it.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = CommandLines.out(spec);
    RoleOverrides byRole = RoleOverrides.of(overrides);
    List<Prepared<?>> roles = new ArrayList<>();
    for (RoleDefinition<?> definition : Roles.all()) {
      roles.add(prepare(definition, byRole));
    }
    ProductConfig product = common(roles, ProductConfig.class);
    CoordinatorConfig coordinator = common(roles, CoordinatorConfig.class);
    LogLevel.apply(common(roles, LogConfig.class));
    try (ProcessScope scope = new ProcessScope()) {
      ClusterNode node = scope.started(ClusterNodes.startWithOrWithoutStore(product, coordinator));
      boolean withStore = node.hasJoined();
      List<Prepared<?>> inOrder = new ArrayList<>(roles);
      if (!withStore) {
        // A proxy has something to do without the store; the others cannot begin.
        inOrder.sort(Comparator.comparing(role -> role.definition().role() != Role.PROXY));
      }
      List<RunningRole> started = new ArrayList<>();
      while (!inOrder.isEmpty()) {
        WaitingPages waiting =
            scope.started(
                WaitingPages.of(inOrder.stream().<Record>map(role -> role.config()).toList()));
        Prepared<?> role = inOrder.removeFirst();
        if (withStore || role.definition().role() != Role.PROXY) {
          ClusterNodes.awaitJoined(node, waiting);
        }
        RunningRole running =
            scope.started(ClusterNodes.startWithStore(() -> role.start(node), waiting));
        running.configuration().from(role.source());
        started.add(running);
        out.printf(
            "%s is up on %s%n", running.member().role().id(), running.member().serviceAddress());
        out.flush();
      }
      HangUp.onEach(() -> started.forEach(HangUp::reload));
      out.printf("vodis all of %s is up%n", product.productName());
      out.flush();
      scope.holdForever();
    }
    return 0;
  }

  private <C extends Record> Prepared<C> prepare(
      RoleDefinition<C> definition, RoleOverrides overridesByRole) {
    if (conf != null && !Files.isDirectory(conf)) {
      throw new ConfigException(conf + ": not a directory");
    }
    Supplier<C> source = () -> definition.load(fileOf(definition), overridesByRole.of(definition));
    C config = source.get();
    LOGGER.info("configuration of {}: {}", definition.role().id(), ConfigWriter.effective(config));
    return new Prepared<>(definition, config, source);
  }

  private @Nullable Path fileOf(RoleDefinition<?> definition) {
    if (conf == null) {
      return null;
    }
    Path candidate = conf.resolve(definition.role().id() + ".yaml");
    return Files.exists(candidate) ? candidate : null;
  }

  private static <S extends Record> S common(List<Prepared<?>> roles, Class<S> section) {
    S first = ConfigSections.find(roles.getFirst().config(), section);
    for (Prepared<?> role : roles) {
      if (!ConfigSections.find(role.config(), section).equals(first)) {
        throw new ConfigException(
            "the configurations of %s and %s differ in %s: roles of one process share it"
                .formatted(
                    roles.getFirst().definition().role().id(),
                    role.definition().role().id(),
                    section.getSimpleName()));
      }
    }
    return first;
  }

  /** A role with its configuration, before it is started. */
  private record Prepared<C extends Record>(
      RoleDefinition<C> definition, C config, Supplier<C> source) {
    RunningRole start(ClusterNode node) {
      return definition.start().apply(node, config);
    }
  }
}
