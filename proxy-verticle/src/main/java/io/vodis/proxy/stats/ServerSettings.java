package io.vodis.proxy.stats;

import io.vodis.proxy.command.Glob;
import java.util.List;

/**
 * How the proxy behaves where a server answers for itself. Times in nanoseconds.
 *
 * @param maxClients of all loops together; 0 for no limit
 * @param pauseMaxNanos the longest CLIENT PAUSE
 * @param slowNanos requests that take so long are slow; negative: none
 * @param slowMax slow requests that are kept
 * @param closeLookNanos how long arguments are kept after a slow request
 * @param configSetAllowed patterns of servers' settings that clients may change
 * @param clusterCompatible whether it answers as a node of a Redis Cluster
 * @param addressedCommands whether PING and INFO may name a server
 */
public record ServerSettings(
    int maxClients,
    long pauseMaxNanos,
    long slowNanos,
    int slowMax,
    long closeLookNanos,
    List<String> configSetAllowed,
    boolean clusterCompatible,
    boolean addressedCommands) {

  public ServerSettings {
    configSetAllowed = List.copyOf(configSetAllowed);
  }

  /** Slow from here on, for a comparison that needs no second question. */
  public long slowFromNanos() {
    return slowNanos < 0 || slowMax == 0 ? Long.MAX_VALUE : slowNanos;
  }

  /** As HELLO and INFO call it. */
  public String mode() {
    return clusterCompatible ? "cluster" : "standalone";
  }

  /** Whether clients may change that setting of the servers. */
  public boolean maySet(String name) {
    return configSetAllowed.stream().anyMatch(pattern -> Glob.matches(pattern, name));
  }

  public ServerSettings withMaxClients(int clients) {
    return new ServerSettings(
        clients,
        pauseMaxNanos,
        slowNanos,
        slowMax,
        closeLookNanos,
        configSetAllowed,
        clusterCompatible,
        addressedCommands);
  }

  public ServerSettings withPauseMax(long nanos) {
    return new ServerSettings(
        maxClients,
        nanos,
        slowNanos,
        slowMax,
        closeLookNanos,
        configSetAllowed,
        clusterCompatible,
        addressedCommands);
  }

  public ServerSettings withSlowNanos(long nanos) {
    return new ServerSettings(
        maxClients,
        pauseMaxNanos,
        nanos,
        slowMax,
        closeLookNanos,
        configSetAllowed,
        clusterCompatible,
        addressedCommands);
  }

  public ServerSettings withSlowMax(int entries) {
    return new ServerSettings(
        maxClients,
        pauseMaxNanos,
        slowNanos,
        entries,
        closeLookNanos,
        configSetAllowed,
        clusterCompatible,
        addressedCommands);
  }

  public ServerSettings withCloseLook(long nanos) {
    return new ServerSettings(
        maxClients,
        pauseMaxNanos,
        slowNanos,
        slowMax,
        nanos,
        configSetAllowed,
        clusterCompatible,
        addressedCommands);
  }
}
