package io.vodis.proxy.migrate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Picks connections out of a server's CLIENT LIST. Pure. */
final class ClientLines {

  /** What the connection of a MIGRATE may have said last, before and while it restores. */
  private static final Set<String> BEFORE_RESTORE = Set.of("NULL", "auth", "select");

  private ClientLines() {}

  /** Connections on which a server at {@code sourceHost} may be restoring keys. */
  static List<String> restoring(String reply, String sourceHost) {
    List<String> ids = new ArrayList<>();
    for (Map<String, String> client : parse(reply)) {
      String command = client.getOrDefault("cmd", "");
      boolean early =
          BEFORE_RESTORE.contains(command)
              && mayBeFrom(client.getOrDefault("addr", ""), sourceHost);
      if (client.getOrDefault("name", "").isEmpty() && (command.startsWith("restore") || early)) {
        ids.add(client.getOrDefault("id", ""));
      }
    }
    return ids;
  }

  /** Connections of that name and database, but for the one that asks. */
  static List<String> named(String reply, String name, int database) {
    List<String> ids = new ArrayList<>();
    for (Map<String, String> client : parse(reply)) {
      if (client.getOrDefault("name", "").equals(name)
          && client.getOrDefault("db", "").equals(Integer.toString(database))
          && !client.getOrDefault("cmd", "").startsWith("client")) {
        ids.add(client.getOrDefault("id", ""));
      }
    }
    return ids;
  }

  /** A host name is not resolved here: then any address may be it. */
  private static boolean mayBeFrom(String address, String host) {
    boolean literal = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    return !literal || address.startsWith(host + ":") || address.startsWith("[" + host + "]:");
  }

  private static List<Map<String, String>> parse(String reply) {
    List<Map<String, String>> clients = new ArrayList<>();
    for (String line : reply.split("\r?\n")) {
      Map<String, String> fields = new HashMap<>();
      for (String field : line.split(" ")) {
        int equals = field.indexOf('=');
        if (equals > 0) {
          fields.put(field.substring(0, equals), field.substring(equals + 1));
        }
      }
      if (fields.containsKey("id")) {
        clients.add(fields);
      }
    }
    return clients;
  }
}
