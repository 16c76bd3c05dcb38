package io.vodis.proxy.stats;

import io.vodis.proxy.command.Glob;
import java.util.List;

/**
 * How the proxy behaves where a server answers for itself. Times in nanoseconds.
 *
 * @param maxClients of all loops together; 0 for no limit
 * @param pauseMaxNanos the longest CLIENT PAUSE
 * @param commandLog what SLOWLOG and COMMANDLOG keep
 * @param configSetAllowed patterns of servers' settings that clients may change
 * @param clusterCompatible whether it answers as a node of a Redis Cluster
 * @param addressedCommands whether PING and INFO may name a server
 */
public record ServerSettings(
    int maxClients,
    long pauseMaxNanos,
    CommandLogSettings commandLog,
    List<String> configSetAllowed,
    boolean clusterCompatible,
    boolean addressedCommands) {

  public ServerSettings {
    configSetAllowed = List.copyOf(configSetAllowed);
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
        clients, pauseMaxNanos, commandLog, configSetAllowed, clusterCompatible, addressedCommands);
  }

  public ServerSettings withPauseMax(long nanos) {
    return new ServerSettings(
        maxClients, nanos, commandLog, configSetAllowed, clusterCompatible, addressedCommands);
  }

  public ServerSettings with(CommandLogSettings log) {
    return new ServerSettings(
        maxClients, pauseMaxNanos, log, configSetAllowed, clusterCompatible, addressedCommands);
  }
}
