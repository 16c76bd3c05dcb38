package io.vodis.launcher;

import io.vodis.ha.HaConfig;
import io.vodis.ha.HaRole;
import io.vodis.lifecycle.RoleDefinition;
import io.vodis.metrics.MetricsConfig;
import io.vodis.metrics.MetricsRole;
import io.vodis.model.Role;
import io.vodis.proxy.ProxyConfig;
import io.vodis.proxy.ProxyRole;
import io.vodis.topom.TopomConfig;
import io.vodis.topom.TopomRole;
import java.util.List;

/** The roles that this program holds. */
public final class Roles {

  public static final RoleDefinition<TopomConfig> TOPOM =
      new RoleDefinition<>(Role.TOPOM, TopomConfig.class, TopomConfig.defaults(), TopomRole::start);

  public static final RoleDefinition<HaConfig> HA =
      new RoleDefinition<>(Role.HA, HaConfig.class, HaConfig.defaults(), HaRole::start);

  public static final RoleDefinition<MetricsConfig> METRICS =
      new RoleDefinition<>(
          Role.METRICS, MetricsConfig.class, MetricsConfig.defaults(), MetricsRole::start);

  public static final RoleDefinition<ProxyConfig> PROXY =
      new RoleDefinition<>(Role.PROXY, ProxyConfig.class, ProxyConfig.defaults(), ProxyRole::start);

  private Roles() {}

  /** In the order in which they are started when one process runs them all. */
  public static List<RoleDefinition<?>> all() {
    return List.of(TOPOM, HA, METRICS, PROXY);
  }
}
