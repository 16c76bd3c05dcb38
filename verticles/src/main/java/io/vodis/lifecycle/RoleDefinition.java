package io.vodis.lifecycle;

import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.ClusterNodes;
import io.vodis.config.ConfigLoader;
import io.vodis.config.ConfigSections;
import io.vodis.config.ConfigWriter;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.model.Role;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A role as its module offers it to whoever makes a process of it.
 *
 * @param start starts the role on a node and returns once it is up
 */
public record RoleDefinition<C extends Record>(
    Role role, Class<C> type, C defaults, BiFunction<ClusterNode, C, RunningRole> start) {

  /** The role's configuration from {@code file}, this process's environment and the overrides. */
  public C load(@Nullable Path file, Map<String, String> overrides) {
    return ConfigLoader.load(type, defaults, file, System.getenv(), overrides);
  }

  /**
   * Makes this process a part of its product. Only a proxy has something to do while the store is
   * away; all other roles wait for it.
   */
  public ClusterNode join(C config) {
    return join(config, ClusterNodes.Waiting.NOTHING);
  }

  /** The same; does something meanwhile. */
  ClusterNode join(C config, ClusterNodes.Waiting waiting) {
    ProductConfig product = ConfigSections.find(config, ProductConfig.class);
    CoordinatorConfig coordinator = ConfigSections.find(config, CoordinatorConfig.class);
    return role == Role.PROXY
        ? ClusterNodes.startWithOrWithoutStore(product, coordinator)
        : ClusterNodes.start(product, coordinator, waiting);
  }

  /** The file of {@code conf/} with all defaults. */
  public String defaultConfig() {
    return ConfigWriter.render(
        "Configuration of a Vodis " + role.id() + " (vodis " + role.id() + " --conf FILE).",
        defaults);
  }
}
