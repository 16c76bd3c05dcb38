package io.vodis.it;

import io.vodis.model.Role;
import io.vodis.testsupport.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link VodisCluster} consists of.
 *
 * @param replicas per group
 * @param counts members per role
 * @param children roles that run in JVMs of their own
 * @param relayed roles whose members reach the store over a {@link io.vodis.testsupport.TcpRelay}
 *     each
 * @param keys configuration per role, where it differs from the defaults
 * @param password of the servers, empty for none
 * @param redisOptions settings of the servers; words of one are separated by single spaces
 * @param serversRelayed whether the addresses of the servers are those of relays
 */
public record ClusterPlan(
    String product,
    int groups,
    int replicas,
    Map<Role, Integer> counts,
    Set<Role> children,
    Set<Role> relayed,
    List<String> jvmFlags,
    Map<Role, Map<String, String>> keys,
    Duration sessionTimeout,
    String password,
    @Nullable Path redisBinary,
    Map<String, String> redisOptions,
    boolean serversRelayed) {

  public ClusterPlan {
    counts = Map.copyOf(counts);
    children = Set.copyOf(children);
    relayed = Set.copyOf(relayed);
    jvmFlags = List.copyOf(jvmFlags);
    keys = Map.copyOf(keys);
    redisOptions = Map.copyOf(redisOptions);
  }

  /**
   * Two groups of one server, one topom and two proxies, all roles in this JVM. The store's
   * sessions are long: a machine that is busy for some seconds must not cost a proxy its lease.
   */
  public static ClusterPlan small() {
    return new ClusterPlan(
        "it",
        2,
        0,
        Map.of(Role.TOPOM, 1, Role.PROXY, 2),
        Set.of(),
        Set.of(),
        JavaProcess.LIGHT,
        Map.of(),
        Duration.ofSeconds(10),
        "",
        null,
        Map.of(),
        false);
  }

  int count(Role role) {
    return counts.getOrDefault(role, 0);
  }

  Map<String, String> keys(Role role) {
    return keys.getOrDefault(role, Map.of());
  }

  public ClusterPlan withServers(int groupCount, int replicasPerGroup) {
    return with(
        parts -> {
          parts.groups = groupCount;
          parts.replicas = replicasPerGroup;
        });
  }

  /** Another product than {@code it}, for several on one store. */
  public ClusterPlan named(String name) {
    return with(parts -> parts.product = name);
  }

  public ClusterPlan with(Role role, int count) {
    Map<Role, Integer> next = new HashMap<>(counts);
    next.put(role, count);
    return with(parts -> parts.counts = next);
  }

  /** These roles run in JVMs of their own. */
  public ClusterPlan inChildren(List<String> flags, Role... roles) {
    return with(
        parts -> {
          parts.children = Set.of(roles);
          parts.jvmFlags = flags;
        });
  }

  public ClusterPlan with(Role role, String key, String value) {
    Map<Role, Map<String, String>> next = new HashMap<>(keys);
    Map<String, String> ofRole = new HashMap<>(keys(role));
    ofRole.put(key, value);
    next.put(role, Map.copyOf(ofRole));
    return with(parts -> parts.keys = next);
  }

  /** Members of these roles reach the store over a relay each, and others reach them on the bus. */
  public ClusterPlan relaying(Role... roles) {
    return with(parts -> parts.relayed = Set.of(roles));
  }

  public ClusterPlan withSessionTimeout(Duration value) {
    return with(parts -> parts.sessionTimeout = value);
  }

  public ClusterPlan withPassword(String value) {
    return with(parts -> parts.password = value);
  }

  public ClusterPlan withRedis(@Nullable Path binary, Map<String, String> options) {
    return with(
        parts -> {
          parts.redisBinary = binary;
          parts.redisOptions = options;
        });
  }

  /** Everybody reaches each server over a relay: clients of it, its replicas, its primary. */
  public ClusterPlan relayingServers() {
    return with(parts -> parts.serversRelayed = true);
  }

  private ClusterPlan with(Consumer<Parts> change) {
    Parts parts = new Parts(this);
    change.accept(parts);
    return parts.plan();
  }

  /** A plan that is being changed. */
  private static final class Parts {
    private String product;
    private int groups;
    private int replicas;
    private Map<Role, Integer> counts;
    private Set<Role> children;
    private Set<Role> relayed;
    private List<String> jvmFlags;
    private Map<Role, Map<String, String>> keys;
    private Duration sessionTimeout;
    private String password;
    private @Nullable Path redisBinary;
    private Map<String, String> redisOptions;
    private boolean serversRelayed;

    private Parts(ClusterPlan plan) {
      product = plan.product;
      groups = plan.groups;
      replicas = plan.replicas;
      counts = plan.counts;
      children = plan.children;
      relayed = plan.relayed;
      jvmFlags = plan.jvmFlags;
      keys = plan.keys;
      sessionTimeout = plan.sessionTimeout;
      password = plan.password;
      redisBinary = plan.redisBinary;
      redisOptions = plan.redisOptions;
      serversRelayed = plan.serversRelayed;
    }

    private ClusterPlan plan() {
      return new ClusterPlan(
          product,
          groups,
          replicas,
          counts,
          children,
          relayed,
          jvmFlags,
          keys,
          sessionTimeout,
          password,
          redisBinary,
          redisOptions,
          serversRelayed);
    }
  }
}
