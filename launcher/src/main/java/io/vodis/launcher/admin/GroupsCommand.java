package io.vodis.launcher.admin;

import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.api.view.GroupsView;
import io.vodis.topom.api.view.ServersView;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin groups}. */
@Command(
    name = "groups",
    description = "Lists, creates and removes groups.",
    footer = {"  vodis admin groups list", "  vodis admin groups create 3"})
final class GroupsCommand {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Command(
      name = "list",
      description = "Lists the groups with their servers and slots.",
      footer = "  vodis admin groups list")
  int list() {
    return admin.run(
        (client, screen) ->
            screen.show(client.get("/groups", GroupsView.class), GroupsCommand::table));
  }

  @Command(
      name = "create",
      description = "Creates an empty group.",
      footer = "  vodis admin groups create 3")
  int create(
      @Parameters(paramLabel = "GROUP", description = "Number of the group, 1 to 9999.")
          int groupId) {
    return admin.run(
        (client, screen) ->
            screen.show(
                client.post("/groups", Map.of("groupId", groupId), ChangeView.class),
                change -> "group " + groupId + " created"));
  }

  @Command(
      name = "drain",
      description = "Moves all slots of a group to the others; then its servers can be removed.",
      footer = "  vodis admin groups drain 2 --wait")
  int drain(
      @Parameters(paramLabel = "GROUP", description = "Number of the group.") int groupId,
      @Option(names = "--wait", description = "Shows progress until it is done.") boolean wait) {
    return admin.run(
        (client, screen) -> {
          screen.show(
              client.post(AdminClient.path("groups", groupId, "drain"), ChangeView.class),
              change ->
                  Texts.count(change.actions() == null ? 0 : change.actions(), "slot")
                      + " queued to move");
          if (wait) {
            new ActionsWatch(client, screen).untilDone();
          }
        });
  }

  @Command(
      name = "remove",
      description = "Removes a group that has no servers.",
      footer = "  vodis admin groups remove 3")
  int remove(@Parameters(paramLabel = "GROUP", description = "Number of the group.") int groupId) {
    return admin.run(
        (client, screen) ->
            screen.show(
                client.delete(AdminClient.path("groups", groupId), ChangeView.class),
                change -> "group " + groupId + " removed"));
  }

  private static TextTable table(GroupsView view) {
    TextTable table = new TextTable("GROUP", "SLOTS", "PRIMARY", "REPLICAS", "PROMOTION");
    for (GroupsView.Group group : view.groups()) {
      GroupsView.Promotion promotion = group.promotion();
      table.row(
          group.groupId(),
          group.slots(),
          names(group, "primary"),
          names(group, "replica"),
          promotion.candidate() == null ? null : promotion.state() + " " + promotion.candidate());
    }
    return table;
  }

  private static String names(GroupsView.Group group, String role) {
    return group.servers().stream()
        .filter(server -> server.declaredRole().equals(role))
        .map(ServersView.Server::server)
        .collect(Collectors.joining(" "));
  }
}
