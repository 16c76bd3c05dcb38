package io.vodis.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The connections of a server, read from {@code CLIENT LIST} of Redis 2.8 and later. */
public final class ClientList {

  /**
   * One connection.
   *
   * @param name from CLIENT SETNAME, empty if none
   * @param command the last one it ran, in lower case
   */
  public record Client(long id, String address, String name, String command) {}

  private ClientList() {}

  /** One line per connection, {@code key=value} separated by spaces; unknown keys are skipped. */
  public static List<Client> parse(String text) {
    List<Client> clients = new ArrayList<>();
    for (String line : text.split("\n")) {
      Map<String, String> fields = new HashMap<>();
      for (String field : line.trim().split(" ")) {
        int equals = field.indexOf('=');
        if (equals > 0) {
          fields.put(field.substring(0, equals), field.substring(equals + 1));
        }
      }
      String id = fields.get("id");
      if (id != null) {
        clients.add(
            new Client(
                Long.parseLong(id),
                fields.getOrDefault("addr", ""),
                fields.getOrDefault("name", ""),
                fields.getOrDefault("cmd", "")));
      }
    }
    return clients;
  }
}
