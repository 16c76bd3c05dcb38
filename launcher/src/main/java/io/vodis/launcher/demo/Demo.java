package io.vodis.launcher.demo;

import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.ClusterNodes;
import io.vodis.config.ConfigLoader;
import io.vodis.config.Durations;
import io.vodis.launcher.RoleOverrides;
import io.vodis.launcher.Roles;
import io.vodis.lifecycle.ProcessScope;
import io.vodis.lifecycle.RoleDefinition;
import io.vodis.topom.TopomRole;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** A whole product in this process; only its Redis servers are processes of their own. */
final class Demo {

  private static final String HOST = "127.0.0.1";

  /**
   * Shorter than the default, so that a demo that was killed can go on soon after its next start;
   * not so short that a proxy fences itself when the machine is busy for a while.
   */
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(5);

  private final DemoOptions options;
  private final DemoDirectory directory;
  private final DemoSettings settings;
  private final ProcessScope scope;

  private Demo(
      DemoOptions options, DemoDirectory directory, DemoSettings settings, ProcessScope scope) {
    this.options = options;
    this.directory = directory;
    this.settings = settings;
    this.scope = scope;
  }

  /** Returns once clients are served on all slots. What was started belongs to {@code scope}. */
  static Banner start(DemoOptions options, ProcessScope scope) throws InterruptedException {
    DemoPorts.requireFree(options);
    DemoDirectory directory = scope.started(DemoDirectory.open(options.data));
    DemoLog.toFile(directory.logFile());
    DemoSettings settings = directory.settings(options.groups, options.replicas);
    DemoPorts.requireFree(settings, options.proxies);
    Demo demo = new Demo(options, directory, settings, scope);
    demo.startServers();
    demo.startRoles();
    return new Banner(options, directory, settings);
  }

  private void startServers() throws InterruptedException {
    RedisServers redis = scope.started(new RedisServers());
    redis.launch(directory, settings, RedisBinary.find(options.redisServer, directory.root()));
    scope.started(EmbeddedZooKeeper.start(directory.zookeeper(), settings.zookeeperPort()));
    redis.awaitReady();
  }

  private void startRoles() throws InterruptedException {
    RoleOverrides overrides = RoleOverrides.of(options.overrides);
    var topomConfig =
        config(
            Roles.TOPOM,
            overrides,
            Map.of(
                "admin_addr",
                HOST + ":" + options.httpPort,
                "admin_token",
                directory.adminToken()));
    ClusterNode node =
        scope.started(ClusterNodes.start(topomConfig.product(), topomConfig.coordinator()));
    TopomRole topom = scope.started(TopomRole.start(node, topomConfig));
    start(Roles.METRICS, node, overrides, Map.of("admin_addr", HOST + ":" + options.metricsPort));
    for (int i = 0; i < options.proxies; i++) {
      start(
          Roles.PROXY,
          node,
          overrides,
          Map.of(
              "proxy_addr",
              HOST + ":" + (options.proxyPort + i),
              "admin_addr",
              HOST + ":" + settings.adminPorts().get(1 + i),
              "admin_token",
              directory.adminToken(),
              "proxy_table_dir",
              directory.tables().toString()));
    }
    start(
        Roles.HA,
        node,
        overrides,
        Map.of(
            "admin_addr",
            HOST + ":" + settings.adminPorts().getFirst(),
            "down_after",
            Durations.render(options.downAfter)));
    DemoTopology topology = new DemoTopology(topom.service(), settings);
    topology.bringAbout();
    topology.awaitServed(options.proxies);
  }

  private <C extends Record> void start(
      RoleDefinition<C> definition,
      ClusterNode node,
      RoleOverrides overrides,
      Map<String, String> own) {
    scope.started(definition.start().apply(node, config(definition, overrides, own)));
  }

  /** The environment is left out: it may be meant for a real product of this machine. */
  private <C extends Record> C config(
      RoleDefinition<C> definition, RoleOverrides overrides, Map<String, String> own) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("product_name", "demo");
    texts.put("coordinator_addr", HOST + ":" + settings.zookeeperPort());
    texts.put("coordinator_session_timeout", Durations.render(SESSION_TIMEOUT));
    texts.put("advertised_host", HOST);
    texts.putAll(own);
    texts.putAll(overrides.of(definition));
    return ConfigLoader.load(definition.type(), definition.defaults(), null, Map.of(), texts);
  }
}
