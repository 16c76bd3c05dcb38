package io.vodis.proxy.info;

import io.vodis.model.HostAndPort;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the primaries of all groups last said about themselves.
 *
 * @param asked how many there are, whether they have answered or not
 */
public record ServerReports(int asked, Map<HostAndPort, ServerReport> byServer) {

  /** Nobody has been asked. */
  public static final ServerReports NONE = new ServerReports(0, Map.of());

  public ServerReports {
    byServer = new TreeMap<>(byServer);
  }

  public Collection<ServerReport> all() {
    return byServer.values();
  }

  /** The lowest of all servers, which is what clients may rely on. */
  public Optional<ServerVersion> lowestVersion() {
    return all().stream().map(ServerReport::version).min(Comparator.naturalOrder());
  }

  /** Whether all are Valkey of that version or a later one. */
  public boolean allValkeySince(ServerVersion version) {
    return !all().isEmpty()
        && all().stream().allMatch(report -> report.valkeyVersion().compareTo(version) >= 0);
  }

  /** The lowest version of Valkey, if that is what all servers call themselves. */
  public Optional<ServerVersion> lowestValkeyVersion() {
    // With extended-redis-compatibility Valkey says that it is Redis, and has that field's name.
    boolean asRedis =
        all().stream().anyMatch(report -> report.section("server").containsKey("redis_mode"));
    return !asRedis && allValkeySince(new ServerVersion(8, 0, 0))
        ? all().stream().map(ServerReport::valkeyVersion).min(Comparator.naturalOrder())
        : Optional.empty();
  }
}
