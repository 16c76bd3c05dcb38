package io.vodis.launcher.demo;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * What a data directory was made for. The addresses of the servers are part of the topology, so
 * they must be the same at every start.
 *
 * @param redisPorts group by group, the first primary of each group first
 * @param adminPorts of the health pages: of ha, then of each proxy
 */
record DemoSettings(
    int groups,
    int replicas,
    int zookeeperPort,
    List<Integer> redisPorts,
    List<Integer> adminPorts) {

  /** Largest number of proxies of a demo. */
  static final int PROXIES_MAX = 16;

  private static final String GROUPS = "groups";
  private static final String REPLICAS = "replicas";
  private static final String ZOOKEEPER_PORT = "zookeeper_port";
  private static final String REDIS_PORTS = "redis_ports";
  private static final String ADMIN_PORTS = "admin_ports";

  DemoSettings {
    redisPorts = List.copyOf(redisPorts);
    adminPorts = List.copyOf(adminPorts);
    if (redisPorts.size() != groups * (1 + replicas)) {
      throw new IllegalArgumentException(
          redisPorts.size() + " ports for " + groups + " groups with " + replicas + " replicas");
    }
  }

  /** Settings for a new directory, with ports that are free now. */
  static DemoSettings choose(int groups, int replicas) {
    int servers = groups * (1 + replicas);
    List<Integer> ports = Ports.choose(1 + servers + 1 + PROXIES_MAX);
    return new DemoSettings(
        groups,
        replicas,
        ports.getFirst(),
        ports.subList(1, 1 + servers),
        ports.subList(1 + servers, ports.size()));
  }

  /** Ports of a group's servers, the first primary first. */
  List<Integer> portsOf(int groupId) {
    int perGroup = 1 + replicas;
    return redisPorts.subList((groupId - 1) * perGroup, groupId * perGroup);
  }

  static DemoSettings load(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      return new DemoSettings(
          Integer.parseInt(properties.getProperty(GROUPS, "")),
          Integer.parseInt(properties.getProperty(REPLICAS, "")),
          Integer.parseInt(properties.getProperty(ZOOKEEPER_PORT, "")),
          ports(properties, REDIS_PORTS),
          ports(properties, ADMIN_PORTS));
    } catch (IllegalArgumentException e) {
      throw new DemoException(file + ": not the settings of a demo: " + e.getMessage(), e);
    }
  }

  void save(Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(GROUPS, Integer.toString(groups));
    properties.setProperty(REPLICAS, Integer.toString(replicas));
    properties.setProperty(ZOOKEEPER_PORT, Integer.toString(zookeeperPort));
    properties.setProperty(REDIS_PORTS, text(redisPorts));
    properties.setProperty(ADMIN_PORTS, text(adminPorts));
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "What this Vodis demo directory was made for. Do not edit.");
    }
  }

  private static List<Integer> ports(Properties properties, String key) {
    return Arrays.stream(properties.getProperty(key, "").split(",", -1))
        .map(Integer::valueOf)
        .toList();
  }

  private static String text(List<Integer> ports) {
    return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
