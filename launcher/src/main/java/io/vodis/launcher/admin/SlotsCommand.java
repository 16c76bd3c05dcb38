package io.vodis.launcher.admin;

import io.vodis.topom.api.view.CensusView;
import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.api.view.SlotsView;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin slots}. */
@Command(
    name = "slots",
    description = "Lists slots, gives them owners, moves their keys.",
    footer = {
      "  vodis admin slots list",
      "  vodis admin slots assign 0-511 --group 1",
      "  vodis admin slots migrate 0-255 --group 2 --wait"
    })
final class SlotsCommand {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Command(
      name = "list",
      description = "Lists all slots as ranges with the same owner and action.",
      footer = "  vodis admin slots list")
  int list() {
    return admin.run(
        (client, screen) ->
            screen.show(client.get("/slots", SlotsView.class), SlotsCommand::table));
  }

  @Command(
      name = "assign",
      description = {
        "Gives slots to a group without moving keys, as for a new product.",
        "To move slots with their keys, use migrate."
      },
      footer = "  vodis admin slots assign 0-511 --group 1")
  int assign(
      @Parameters(
              paramLabel = "SLOTS",
              converter = SlotSpan.Converter.class,
              description = "One slot or a range, e.g. 7 or 0-511.")
          SlotSpan slots,
      @Option(
              names = {"-g", "--group"},
              paramLabel = "GROUP",
              required = true,
              description = "The new owner.")
          int groupId) {
    return admin.run(
        (client, screen) ->
            screen.show(
                client.post("/slots/assign", body(slots, groupId), ChangeView.class),
                change -> "slots " + slots + " assigned to group " + groupId));
  }

  @Command(
      name = "offline",
      description = {
        "Takes slots from their groups: clients get an error for them.",
        "Their keys stay where they are, unreachable until the slots are assigned again."
      },
      footer = "  vodis admin slots offline 900-1023")
  int offline(
      @Parameters(
              paramLabel = "SLOTS",
              converter = SlotSpan.Converter.class,
              description = "One slot or a range, e.g. 7 or 0-511.")
          SlotSpan slots) {
    return admin.run(
        (client, screen) ->
            screen.show(
                client.post(
                    "/slots/offline",
                    Map.of("first", slots.first(), "last", slots.last()),
                    ChangeView.class),
                change -> "slots " + slots + " are offline"));
  }

  @Command(
      name = "census",
      description =
          "Reads every key of slots: keys, bytes, types, biggest keys, time to move them.",
      footer = {"  vodis admin slots census 0-511", "  vodis admin slots census 7 -o json"})
  int census(
      @Parameters(
              paramLabel = "SLOTS",
              converter = SlotSpan.Converter.class,
              description = "Slot or range of slots.")
          SlotSpan slots) {
    return admin.run(
        (client, screen) ->
            screen.show(
                client.post(
                    "/slots/census",
                    Map.of("first", slots.first(), "last", slots.last()),
                    CensusView.class),
                CensusText::of));
  }

  @Command(
      name = "migrate",
      description = "Moves slots with their keys to a group, while clients keep working.",
      footer = {
        "  vodis admin slots migrate 0-255 --group 2",
        "  vodis admin slots migrate 7 -g 2 --wait"
      })
  int migrate(
      @Parameters(
              paramLabel = "SLOTS",
              converter = SlotSpan.Converter.class,
              description = "One slot or a range, e.g. 7 or 0-511.")
          SlotSpan slots,
      @Option(
              names = {"-g", "--group"},
              paramLabel = "GROUP",
              required = true,
              description = "Where the slots go.")
          int groupId,
      @Option(names = "--wait", description = "Shows progress until all actions are done.")
          boolean wait) {
    return admin.run(
        (client, screen) -> {
          Reply<ChangeView> change =
              client.post("/slots/migrate", body(slots, groupId), ChangeView.class);
          Integer actions = change.view().actions();
          screen.show(
              change,
              view ->
                  Texts.count(actions == null ? 0 : actions, "slot")
                      + " of "
                      + slots
                      + " queued to move to group "
                      + groupId);
          if (wait) {
            new ActionsWatch(client, screen).untilDone();
          }
        });
  }

  private static Map<String, Integer> body(SlotSpan slots, int groupId) {
    return Map.of("first", slots.first(), "last", slots.last(), "groupId", groupId);
  }

  private static TextTable table(SlotsView view) {
    TextTable table = new TextTable("SLOTS", "COUNT", "GROUP", "ACTION");
    for (SlotsView.Range range : view.ranges()) {
      table.row(
          Texts.span(range.first(), range.last()),
          range.last() - range.first() + 1,
          range.groupId() == 0 ? "offline" : range.groupId(),
          range.targetGroupId() == null ? null : range.action() + " -> " + range.targetGroupId());
    }
    return table;
  }
}
