package io.vodis.redis;

import io.vodis.model.HostAndPort;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself (ROLE and INFO), at one moment.
 *
 * @param primary whether ROLE answers {@code master}
 * @param offset replication offset: written for a primary, processed for a replica
 * @param upstream the primary a replica follows; null for a primary
 * @param linkUp for a replica, whether {@code master_link_status} is up; true for a primary
 * @param linkDownSeconds time the link has been down; 0 when up
 * @param synced for a replica, whether it has had all data of a primary, as far as it tells; true
 *     for a primary
 * @param linked for a replica, whether the link is up, or has been since it became one or started,
 *     as far as it tells; false for a primary
 * @param replicationId {@code master_replid}: names the history that its data follows; a server
 *     gets a new one when it becomes a primary. Empty before Redis 4
 * @param formerReplicationId {@code master_replid2}: of a promoted replica, the history it followed
 *     until then; empty if there is none
 * @param priority {@code slave_priority}; 0 means never promote
 * @param usedMemoryBytes {@code used_memory}
 * @param maxMemoryBytes {@code maxmemory}; 0 means no limit
 * @param keys over all databases
 * @param loading whether the server is still loading its data set
 * @param keysByDatabase keys of each database that has any
 */
public record ServerStatus(
    HostAndPort server,
    String version,
    String runId,
    boolean primary,
    long offset,
    @Nullable HostAndPort upstream,
    boolean linkUp,
    long linkDownSeconds,
    boolean synced,
    boolean linked,
    String replicationId,
    String formerReplicationId,
    int priority,
    long usedMemoryBytes,
    long maxMemoryBytes,
    long keys,
    boolean loading,
    int connectedClients,
    Map<Integer, Long> keysByDatabase) {

  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.");

  public ServerStatus {
    keysByDatabase = Collections.unmodifiableMap(new TreeMap<>(keysByDatabase));
  }

  /** Whether it is at least Redis 3.2, the oldest with all that is needed of a server. */
  public boolean isNewEnough() {
    Matcher numbers = VERSION.matcher(version);
    if (!numbers.lookingAt()) {
      return true;
    }
    int major = Integer.parseInt(numbers.group(1));
    return major > 3 || major == 3 && Integer.parseInt(numbers.group(2)) >= 2;
  }

  /** Whether it is a replica that is pointed to that server, by the name it has there. */
  public boolean follows(HostAndPort other) {
    HostAndPort from = upstream;
    return !primary
        && from != null
        && from.port() == other.port()
        && from.host().equalsIgnoreCase(other.host());
  }

  /** Whether its data are, or were until it was promoted, those of the primary of this history. */
  public boolean hasHistory(String id) {
    return !id.isEmpty() && (replicationId.equals(id) || formerReplicationId.equals(id));
  }
}
