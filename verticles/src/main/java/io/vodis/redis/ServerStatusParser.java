package io.vodis.redis;

import io.vodis.model.HostAndPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads ROLE and INFO of Redis 3.2 to 8 and Valkey. ROLE decides what the server is; INFO gives the
 * figures. A line that is missing or new is no error: versions differ.
 */
final class ServerStatusParser {

  /** What replicas tell, by version, before their first synchronisation is complete. */
  private static final long NEVER_SYNCED_OFFSET_MAX = 1;

  /**
   * What a replica tells since Redis 4 that could not go on from where it was: a synchronisation
   * has begun and come to nothing, and may have removed the data that it had.
   */
  private static final long BROKEN_OFFSET = 1;

  private final Map<String, String> info = new HashMap<>();
  private final Map<Integer, Long> keysByDatabase = new TreeMap<>();

  private ServerStatusParser(String infoText) {
    for (String line : infoText.split("\r?\n")) {
      int colon = line.indexOf(':');
      if (colon <= 0 || line.startsWith("#")) {
        continue;
      }
      String key = line.substring(0, colon);
      String value = line.substring(colon + 1);
      if (key.startsWith("db") && value.startsWith("keys=")) {
        int end = value.indexOf(',');
        String keys = value.substring("keys=".length(), end < 0 ? value.length() : end);
        keysByDatabase.put(Integer.parseInt(key.substring(2)), Long.parseLong(keys));
      } else {
        info.put(key, value);
      }
    }
  }

  /**
   * The status of {@code server}.
   *
   * @throws IllegalArgumentException if it is neither a primary nor a replica
   */
  static ServerStatus parse(HostAndPort server, Reply role, String infoText) {
    return new ServerStatusParser(infoText).status(server, Replies.items(role));
  }

  private ServerStatus status(HostAndPort server, List<Reply> role) {
    String kind = Replies.text(role.getFirst());
    boolean primary = kind.equals("master");
    if (!primary && !kind.equals("slave")) {
      throw new IllegalArgumentException("is a " + kind + ", expected a primary or a replica");
    }
    boolean linkUp = primary || text("master_link_status", "down").equals("up");
    return new ServerStatus(
        server,
        text("valkey_version", text("redis_version", "unknown")),
        text("run_id", ""),
        primary,
        offset(primary, role),
        primary ? null : upstream(role),
        linkUp,
        linkUp ? 0 : linkDownSeconds(),
        linkUp || isWhole(offset(primary, role)),
        !primary && (linkUp || linkWasUp()),
        text("master_replid", ""),
        formerReplicationId(),
        (int) number("slave_priority", 100),
        number("used_memory", 0),
        number("maxmemory", 0),
        keysByDatabase.values().stream().mapToLong(Long::longValue).sum(),
        number("loading", 0) != 0,
        (int) number("connected_clients", 0),
        keysByDatabase);
  }

  /** ROLE of a replica that has never been connected answers -1; a primary always knows its own. */
  private long offset(boolean primary, List<Reply> role) {
    if (primary) {
      return Math.max(0, Replies.number(role.get(1), 0));
    }
    long fromRole = role.size() > 4 ? Replies.number(role.get(4), 0) : 0;
    return Math.max(0, Math.max(fromRole, number("slave_repl_offset", 0)));
  }

  private static @Nullable HostAndPort upstream(List<Reply> role) {
    String host = Replies.text(role.get(1));
    int port = (int) Replies.number(role.get(2), 0);
    return host.isEmpty() || port <= 0 ? null : new HostAndPort(host, port);
  }

  /** A link that was never up has been down since the server started. */
  private long linkDownSeconds() {
    long seconds = number("master_link_down_since_seconds", -1);
    long uptime = number("uptime_in_seconds", 0);
    return seconds >= 0 && (uptime == 0 || seconds <= uptime + 1) ? seconds : uptime;
  }

  /** Whether a replica whose link is down has all data of some time. */
  private boolean isWhole(long offset) {
    return offset > NEVER_SYNCED_OFFSET_MAX || linkWasUp() && offset != BROKEN_OFFSET;
  }

  /**
   * The link comes up when the first synchronisation is complete. A replica that has had none tells
   * -1, before Redis 6.2 the time since 1970.
   */
  private boolean linkWasUp() {
    long seconds = number("master_link_down_since_seconds", -1);
    return seconds >= 0 && seconds <= number("uptime_in_seconds", 0) + 1;
  }

  /** All zeros where there is none. */
  private String formerReplicationId() {
    String id = text("master_replid2", "");
    return id.chars().allMatch(c -> c == '0') ? "" : id;
  }

  private String text(String key, String ifMissing) {
    return info.getOrDefault(key, ifMissing);
  }

  private long number(String key, long ifMissing) {
    String value = info.get(key);
    if (value == null) {
      return ifMissing;
    }
    try {
      return Long.parseLong(value.trim());
    } catch (NumberFormatException e) {
      return ifMissing;
    }
  }
}
