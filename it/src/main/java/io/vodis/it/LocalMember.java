package io.vodis.it;

import io.vodis.cluster.ClusterNode;
import io.vodis.config.ConfigLoader;
import io.vodis.ha.HaConfig;
import io.vodis.ha.HaRole;
import io.vodis.lifecycle.RoleDefinition;
import io.vodis.lifecycle.RunningRole;
import io.vodis.metrics.MetricsConfig;
import io.vodis.metrics.MetricsRole;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.proxy.ProxyConfig;
import io.vodis.proxy.ProxyRole;
import io.vodis.topom.TopomConfig;
import io.vodis.topom.TopomRole;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A role in this JVM, with a cluster node and a store session of its own. */
final class LocalMember implements ClusterMember {

  private final Role role;
  private final MemberSettings settings;
  private @Nullable ClusterNode node;
  private @Nullable RunningRole running;

  LocalMember(Role role, MemberSettings settings) {
    this.role = role;
    this.settings = settings;
    restart();
  }

  @Override
  public Role role() {
    return role;
  }

  @Override
  public HostAndPort address() {
    return settings.address();
  }

  @Override
  public HostAndPort adminAddress() {
    return settings.adminAddress();
  }

  @Override
  public void restart() {
    switch (role) {
      case PROXY -> start(ProxyConfig.class, ProxyConfig.defaults(), ProxyRole::start);
      case TOPOM -> start(TopomConfig.class, TopomConfig.defaults(), TopomRole::start);
      case HA -> start(HaConfig.class, HaConfig.defaults(), HaRole::start);
      case METRICS -> start(MetricsConfig.class, MetricsConfig.defaults(), MetricsRole::start);
    }
  }

  private <C extends Record> void start(
      Class<C> type, C defaults, BiFunction<ClusterNode, C, RunningRole> role) {
    C config = ConfigLoader.load(type, defaults, null, Map.of(), settings.keys());
    RoleDefinition<C> definition = new RoleDefinition<>(this.role, type, defaults, role);
    ClusterNode started = definition.join(config);
    node = started;
    running = role.apply(started, config);
  }

  @Override
  public void stop() {
    if (running != null) {
      running.close();
      running = null;
    }
    if (node != null) {
      node.close();
      node = null;
    }
  }

  @Override
  public void kill() {
    throw new UnsupportedOperationException("a role in this JVM cannot be killed");
  }

  @Override
  public void pause() {
    throw new UnsupportedOperationException("a role in this JVM cannot be paused");
  }

  @Override
  public void resume() {
    throw new UnsupportedOperationException("a role in this JVM cannot be paused");
  }

  @Override
  public long pid() {
    return ProcessHandle.current().pid();
  }

  @Override
  public void close() {
    stop();
  }
}
