package io.vodis.launcher.admin;

import io.vodis.topom.api.view.ActionsView;
import io.vodis.topom.api.view.ChangeView;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code vodis admin actions}. */
@Command(
    name = "actions",
    description = "Lists, watches, cancels and pauses the moves of slots that are not finished.",
    footer = {
      "  vodis admin actions list",
      "  vodis admin actions watch",
      "  vodis admin actions cancel --all --started",
      "  vodis admin actions pause"
    })
final class ActionsCommand {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private CommandSpec spec;

  @Command(
      name = "list",
      description = "Lists the actions with progress, rate, time left and what they wait for.",
      footer = "  vodis admin actions list")
  int list() {
    return admin.run(
        (client, screen) ->
            screen.show(client.get("/actions", ActionsView.class), ActionsCommand::table));
  }

  @Command(
      name = "watch",
      description = "Shows progress until all actions are done.",
      footer = "  vodis admin actions watch")
  int watch() {
    return admin.run((client, screen) -> new ActionsWatch(client, screen).untilDone());
  }

  @Command(
      name = "cancel",
      description = "Cancels actions in any state; keys that have been moved come back.",
      footer = {"  vodis admin actions cancel 7 20-29", "  vodis admin actions cancel --all"})
  int cancel(
      @Option(names = "--all", description = "Every action that has not started.") boolean all,
      @Option(names = "--started", description = "With --all: also those that have started.")
          boolean started,
      @Parameters(
              paramLabel = "SLOTS",
              arity = "0..*",
              converter = SlotSpan.Converter.class,
              description = "Slots or ranges of slots.")
          List<SlotSpan> slots) {
    List<SlotSpan> chosen = slots == null ? List.of() : slots;
    if (all != chosen.isEmpty()) {
      throw new ParameterException(
          spec.subcommands().get("cancel"), "give either slots to cancel or --all");
    }
    return admin.run(
        (client, screen) -> {
          if (all) {
            screen.show(
                client.delete(started ? "/actions?started=true" : "/actions", ChangeView.class),
                change ->
                    Texts.count(change.actions() == null ? 0 : change.actions(), "action")
                        + " cancelled");
            return;
          }
          for (int slotId : slotIds(chosen)) {
            screen.show(
                client.delete(AdminClient.path("actions", slotId), ChangeView.class),
                change -> "action of slot " + slotId + " cancelled");
          }
        });
  }

  @Command(
      name = "pause",
      description = "Lets actions stand still where it does no harm, until resumed.",
      footer = {"  vodis admin actions pause", "  vodis admin actions pause 7 20-29"})
  int pause(
      @Parameters(
              paramLabel = "SLOTS",
              arity = "0..*",
              converter = SlotSpan.Converter.class,
              description = "Slots or ranges of slots; none: all actions.")
          List<SlotSpan> slots) {
    return switchActions("pause", "paused", slots);
  }

  @Command(
      name = "resume",
      description = "Lets paused actions go on.",
      footer = {"  vodis admin actions resume", "  vodis admin actions resume 7"})
  int resume(
      @Parameters(
              paramLabel = "SLOTS",
              arity = "0..*",
              converter = SlotSpan.Converter.class,
              description = "Slots or ranges of slots; none: all actions.")
          List<SlotSpan> slots) {
    return switchActions("resume", "resumed", slots);
  }

  private int switchActions(String verb, String done, List<SlotSpan> slots) {
    return admin.run(
        (client, screen) -> {
          if (slots == null || slots.isEmpty()) {
            screen.show(
                client.post(AdminClient.path("actions", verb), ChangeView.class),
                change -> "all actions " + done);
            return;
          }
          for (int slotId : slotIds(slots)) {
            screen.show(
                client.post(AdminClient.path("actions", slotId, verb), ChangeView.class),
                change -> "action of slot " + slotId + " " + done);
          }
        });
  }

  private static List<Integer> slotIds(List<SlotSpan> spans) {
    List<Integer> slotIds = new ArrayList<>();
    for (SlotSpan span : spans) {
      for (int slotId = span.first(); slotId <= span.last(); slotId++) {
        slotIds.add(slotId);
      }
    }
    return slotIds;
  }

  private static Object table(ActionsView view) {
    if (view.actions().isEmpty()) {
      return "no actions";
    }
    TextTable table =
        new TextTable(
            "SLOT", "FROM", "TO", "STATE", "KEYS", "RATE", "LEFT", "BIG KEYS", "WAITS FOR");
    for (ActionsView.Action action : view.actions()) {
      table.row(
          action.slotId(),
          action.sourceGroupId(),
          action.targetGroupId(),
          action.returning() ? action.state() + " back" : action.state(),
          action.movedKeys(),
          Texts.rate(action.keysPerSecond()),
          Texts.duration(action.etaMillis()),
          String.join(" ", action.bigKeys()),
          action.waitingFor());
    }
    return table;
  }
}
