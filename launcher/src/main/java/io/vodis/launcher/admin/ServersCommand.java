package io.vodis.launcher.admin;

import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.api.view.ServersView;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin servers}. */
@Command(
    name = "servers",
    description = "Lists, adds, removes and promotes servers.",
    footer = {
      "  vodis admin servers list",
      "  vodis admin servers add --group 3 10.0.0.5:6379",
      "  vodis admin servers promote 10.0.0.6:6379"
    })
final class ServersCommand {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Command(
      name = "list",
      description = {
        "Lists the servers: role as declared, and as the server says if it differs; replication"
            + " offset and link; memory; keys; age of these figures."
      },
      footer = "  vodis admin servers list")
  int list() {
    return admin.run(
        (client, screen) ->
            screen.show(client.get("/servers", ServersView.class), ServersCommand::table));
  }

  @Command(
      name = "add",
      description = {
        "Adds a server to a group: the first becomes the primary, others follow it.",
        "The server must answer and belong to no group."
      },
      footer = "  vodis admin servers add --group 3 10.0.0.5:6379")
  int add(
      @Option(
              names = {"-g", "--group"},
              paramLabel = "GROUP",
              required = true,
              description = "Number of the group.")
          int groupId,
      @Option(
              names = "--datacenter",
              paramLabel = "NAME",
              defaultValue = "",
              description = "Where it stands, free text.")
          String datacenter,
      @Parameters(paramLabel = "SERVER", description = "host:port") String server) {
    return admin.run(
        (client, screen) ->
            screen.show(
                client.post(
                    AdminClient.path("groups", groupId, "servers"),
                    Map.of("server", server, "datacenter", datacenter),
                    ChangeView.class),
                change -> "server " + server + " added to group " + groupId));
  }

  @Command(
      name = "remove",
      description = "Removes a replica, or the last server of a group that owns no slot.",
      footer = "  vodis admin servers remove 10.0.0.6:6379")
  int remove(@Parameters(paramLabel = "SERVER", description = "host:port") String server) {
    return admin.run(
        (client, screen) -> {
          int groupId = groupOf(client, server);
          screen.show(
              client.delete(
                  AdminClient.path("groups", groupId, "servers", server), ChangeView.class),
              change -> "server " + server + " removed from group " + groupId);
        });
  }

  @Command(
      name = "promote",
      description = {
        "Makes a replica the primary of its group (planned switchover).",
        "No acknowledged write is lost; ends when every proxy uses the new primary."
      },
      footer = "  vodis admin servers promote 10.0.0.6:6379")
  int promote(
      @Parameters(paramLabel = "SERVER", description = "host:port of a replica") String server) {
    return admin.run(
        (client, screen) -> {
          int groupId = groupOf(client, server);
          screen.progress("making " + server + " the primary of group " + groupId + " ...");
          screen.show(
              client.post(
                  AdminClient.path("groups", groupId, "promote"),
                  Map.of("server", server),
                  ChangeView.class),
              change -> "server " + server + " is the primary of group " + groupId);
        });
  }

  private static int groupOf(AdminClient client, String server) {
    return client.get("/servers", ServersView.class).view().servers().stream()
        .filter(known -> known.server().equals(server))
        .mapToInt(ServersView.Server::groupId)
        .findFirst()
        .orElseThrow(
            () ->
                new AdminFailure(
                    AdminFailure.Kind.REFUSED, "server " + server + " is in no group"));
  }

  private static TextTable table(ServersView view) {
    TextTable table =
        new TextTable(
            "GROUP", "SERVER", "ROLE", "LINK", "OFFSET", "KEYS", "MEMORY", "LIMIT", "AGE", "STATE");
    for (ServersView.Server server : view.servers()) {
      Long limit = server.maxMemoryBytes();
      table.row(
          server.groupId(),
          server.server(),
          role(server),
          link(server),
          server.offset(),
          server.keys(),
          Texts.bytes(server.usedMemoryBytes()),
          limit == null || limit == 0 ? null : Texts.bytes(limit),
          Texts.duration(server.ageMillis()),
          state(server));
    }
    return table;
  }

  private static String role(ServersView.Server server) {
    String real = server.role();
    return real == null || real.equals(server.declaredRole())
        ? server.declaredRole()
        : server.declaredRole() + ", says " + real;
  }

  private static String link(ServersView.Server server) {
    if (server.linkUp() == null || !"replica".equals(server.role())) {
      return "";
    }
    return server.linkUp() ? "up" : "down " + Texts.duration(secondsDown(server) * 1000);
  }

  private static long secondsDown(ServersView.Server server) {
    return server.linkDownSeconds() == null ? 0 : server.linkDownSeconds();
  }

  private static String state(ServersView.Server server) {
    if (server.error() != null) {
      return server.error();
    }
    if (server.answering() == null) {
      return "unknown, ask the leader";
    }
    return Boolean.TRUE.equals(server.loading()) ? "loading" : "ok";
  }
}
