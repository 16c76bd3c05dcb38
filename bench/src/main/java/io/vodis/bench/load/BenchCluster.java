package io.vodis.bench.load;

import io.vodis.it.ClusterPlan;
import io.vodis.it.VodisCluster;
import io.vodis.model.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The product under measurement: the proxy is a process of its own with the production flags. */
final class BenchCluster {

  /** Those of {@code ./vodis}, which {@code bench/run} passes on. */
  private static final List<String> JVM_FLAGS =
      List.of(System.getProperty("vodis.bench.flags", "-Xmx512m").trim().split("\\s+"));

  private BenchCluster() {}

  static VodisCluster start(Options options) {
    ClusterPlan plan =
        ClusterPlan.small()
            .with(Role.PROXY, 1)
            .with(Role.PROXY, "proxy_loops", Integer.toString(options.loops()))
            .inChildren(JVM_FLAGS, Role.PROXY, Role.TOPOM)
            .withSessionTimeout(Duration.ofSeconds(10))
            .withRedis(Path.of(options.redisServer()), Map.of());
    for (Map.Entry<String, String> key : options.proxyKeys().entrySet()) {
      plan = plan.with(Role.PROXY, key.getKey(), key.getValue());
    }
    for (Map.Entry<String, String> key : options.topomKeys().entrySet()) {
      plan = plan.with(Role.TOPOM, key.getKey(), key.getValue());
    }
    return VodisCluster.start(plan);
  }
}
