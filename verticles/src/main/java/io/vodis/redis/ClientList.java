package io.vodis.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The connections of a server, read from {@code CLIENT LIST} of Redis 2.8 and later. */
public final class ClientList {

  /**
   * One connection.
   *
   * @param name from CLIENT SETNAME, empty if none
   * @param database the number of it, -1 if the server does not say
   * @param command the last one it ran, in lower case; {@code NULL} if none
   */
  public record Client(long id, String address, String name, int database, String command) {

    /** What the connection of a MIGRATE says before it restores. */
    private static final Set<String> BEFORE_RESTORE = Set.of("auth", "select");

    /** What a connection has said that has said nothing. */
    private static final String NOTHING = "NULL";

    /** What arrives over a connection that a codis-server has opened itself: it sends keys away. */
    private static final String ACKNOWLEDGED = "slotsrestore-async-ack";

    /**
     * Whether a server at {@code source} may be restoring keys over it, now or later. Servers give
     * these connections no name, and everybody else at Vodis does. One that has said nothing yet is
     * suspected only if it comes from there: it may be anybody's.
     */
    public boolean mayRestoreFrom(String source) {
      return name.isEmpty()
          && (restores()
              || BEFORE_RESTORE.contains(command)
              || command.equals(NOTHING) && mayBeFrom(source));
    }

    /** Whether it certainly does: one that is about to may be anybody else's. */
    public boolean restores() {
      return command.startsWith("restore")
          || command.startsWith("slotsrestore") && !command.equals(ACKNOWLEDGED);
    }

    /** A host name is not resolved here: then any address may be it. */
    private boolean mayBeFrom(String host) {
      boolean literal = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
      return !literal || address.startsWith(host + ":") || address.startsWith("[" + host + "]:");
    }
  }

  private static final String BACKGROUND = "background ";

  private ClientList() {}

  /**
   * Of the connections over which a codis-server at {@code source} may restore keys, those that it
   * has replaced by newer ones. It keeps one for all databases, and one more per database for what
   * it sends in the background; of each the newest is in use. One that has said nothing yet is
   * taken for replaced.
   *
   * @param inBackground whether it has one of the latter kind for {@code database}; if not, all of
   *     them are outdated
   */
  public static List<Client> outdatedRestores(
      List<Client> clients, String source, boolean inBackground, int database) {
    Map<String, Client> newest = new HashMap<>();
    List<Client> restoring = clients.stream().filter(c -> c.mayRestoreFrom(source)).toList();
    for (Client client : restoring) {
      newest.merge(use(client), client, (a, b) -> a.id() > b.id() ? a : b);
    }
    newest.remove("");
    if (!inBackground) {
      newest.remove(BACKGROUND + database);
    }
    return restoring.stream().filter(client -> newest.get(use(client)) != client).toList();
  }

  /**
   * The connections of that name and database but for the one over which the list was asked for:
   * the newest of those whose last command was CLIENT. An older one may have asked for a list too,
   * and have something quite different on its way.
   */
  public static List<Client> othersOf(List<Client> clients, String name, int database) {
    List<Client> own =
        clients.stream().filter(c -> c.name().equals(name) && c.database() == database).toList();
    long asking =
        own.stream()
            .filter(client -> client.command().startsWith("client"))
            .mapToLong(Client::id)
            .max()
            .orElse(-1);
    return own.stream().filter(client -> client.id() != asking).toList();
  }

  private static String use(Client client) {
    if (client.command().startsWith("slotsrestore-async")) {
      return BACKGROUND + client.database();
    }
    return client.command().equals(Client.NOTHING) ? "" : "all";
  }

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
                Integer.parseInt(fields.getOrDefault("db", "-1")),
                fields.getOrDefault("cmd", "")));
      }
    }
    return clients;
  }
}
