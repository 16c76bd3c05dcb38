package io.vodis.launcher.admin;

import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.api.view.RebalanceView;
import io.vodis.topom.api.view.SlotsView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin rebalance}. */
@Command(
    name = "rebalance",
    description = {
      "Shows the moves that would even out the slots over the groups; changes nothing.",
      "With --confirm, carries them out."
    },
    footer = {
      "  vodis admin rebalance",
      "  vodis admin rebalance --confirm --wait",
      "  vodis admin rebalance --confirm --epoch 41",
      "  vodis admin rebalance --policy memory --weight 1=2 --exclude 3 --max-slots 50"
    })
final class RebalanceCommand implements Callable<Integer> {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description = {
        "What to even out: slots, memory or load (default: slots). Memory reads every key;",
        "load is what proxies count in five seconds."
      })
  private @Nullable String policy;

  @Option(
      names = "--weight",
      paramLabel = "GROUP=WEIGHT",
      description = "Share of a group, 1 where nothing is said; 0 empties it. Repeatable.")
  private Map<Integer, Double> weights = new LinkedHashMap<>();

  @Option(
      names = "--exclude",
      paramLabel = "GROUP",
      split = ",",
      description = "Groups that neither give nor take.")
  private List<Integer> excluded = new ArrayList<>();

  @Option(names = "--max-slots", paramLabel = "SLOTS", description = "No more moves than this.")
  private @Nullable Integer slotsMax;

  @Option(names = "--confirm", description = "Carries out the plan.")
  private boolean confirm;

  @Option(
      names = "--epoch",
      paramLabel = "EPOCH",
      description = "With --confirm: only if the plan is still the one shown for this epoch.")
  private @Nullable Long epoch;

  @Option(names = "--wait", description = "With --confirm: shows progress until it is done.")
  private boolean wait;

  @Override
  public Integer call() {
    return admin.run(this::run);
  }

  private void run(AdminClient client, Screen screen) {
    boolean plain = policy == null && weights.isEmpty() && excluded.isEmpty() && slotsMax == null;
    Reply<RebalanceView> plan =
        plain
            ? client.get("/rebalance", RebalanceView.class)
            : client.post("/rebalance/plan", wish(), RebalanceView.class);
    if (!confirm) {
      screen.show(plan, RebalanceCommand::text);
      if (plan.view().slots() > 0) {
        screen.say(
            plain
                ? "%nNothing has been changed. To carry it out, add --confirm --epoch %d."
                    .formatted(plan.view().epoch())
                : "%nNothing has been changed. To carry it out, add --confirm.".formatted());
      }
      return;
    }
    screen.say(text(plan.view()));
    long confirmed = epoch == null ? plan.view().epoch() : epoch;
    Reply<ChangeView> change =
        client.post(
            "/rebalance",
            plain
                ? Map.of("epoch", confirmed)
                : Map.of("epoch", confirmed, "plan", plan.view().plan()),
            ChangeView.class);
    screen.say("");
    screen.show(change, view -> Texts.count(plan.view().slots(), "slot") + " queued to move");
    if (wait && plan.view().slots() > 0) {
      new ActionsWatch(client, screen).untilDone();
      verify(plan.view(), client.get("/slots", SlotsView.class).view());
    }
  }

  private Map<String, Object> wish() {
    Map<String, Object> wish = new LinkedHashMap<>();
    wish.put("policy", policy == null ? "slots" : policy);
    wish.put(
        "weights",
        weights.entrySet().stream()
            .map(weight -> Map.of("groupId", weight.getKey(), "weight", weight.getValue()))
            .toList());
    wish.put("excluded", excluded);
    if (slotsMax != null) {
      wish.put("slotsMax", slotsMax);
    }
    return wish;
  }

  /** Somebody else may have cancelled some of the moves meanwhile. */
  private static void verify(RebalanceView plan, SlotsView slots) {
    int missing = 0;
    for (RebalanceView.Move move : plan.moves()) {
      for (SlotsView.Range range : slots.ranges()) {
        int first = Math.max(move.first(), range.first());
        int last = Math.min(move.last(), range.last());
        missing += range.groupId() == move.targetGroupId() ? 0 : Math.max(0, last - first + 1);
      }
    }
    if (missing > 0) {
      throw new AdminFailure(
          AdminFailure.Kind.REFUSED,
          missing + " of " + Texts.count(plan.slots(), "slot") + " did not move: cancelled?");
    }
  }

  private static String text(RebalanceView plan) {
    if (plan.slots() == 0) {
      return "The slots are even already, nothing to move.";
    }
    TextTable groups = new TextTable("GROUP", "BEFORE", "", "AFTER", "CHANGE");
    for (RebalanceView.Group group : plan.groups()) {
      int change = group.slotsAfter() - group.slotsBefore();
      groups.row(
          group.groupId(),
          group.slotsBefore(),
          "->",
          group.slotsAfter(),
          change == 0 ? null : String.format("%+d", change));
    }
    TextTable moves = new TextTable("SLOTS", "COUNT", "FROM", "TO");
    for (RebalanceView.Move move : plan.moves()) {
      moves.row(
          Texts.span(move.first(), move.last()),
          move.last() - move.first() + 1,
          move.sourceGroupId() == 0 ? "offline" : move.sourceGroupId(),
          move.targetGroupId());
    }
    boolean bytes =
        plan.groups().stream()
            .anyMatch(
                group ->
                    group.costBefore() != null && group.costBefore() > group.slotsBefore() * 2L);
    if (bytes) {
      groups = new TextTable("GROUP", "SLOTS", "", "AFTER", "BYTES", "", "AFTER");
      for (RebalanceView.Group group : plan.groups()) {
        groups.row(
            group.groupId(),
            group.slotsBefore(),
            "->",
            group.slotsAfter(),
            Texts.bytes(group.costBefore()),
            "->",
            Texts.bytes(group.costAfter()));
      }
    }
    return "Plan for epoch %d: %s to move%n%n%s%n%n%s"
        .formatted(plan.epoch(), Texts.count(plan.slots(), "slot"), groups, moves);
  }
}
