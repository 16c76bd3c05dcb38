package io.vodis.launcher.admin;

import io.vodis.topom.api.view.AuditView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin audit}. */
@Command(
    name = "audit",
    description = "Lists who has changed what, newest first.",
    footer = {"  vodis admin audit", "  vodis admin audit --limit 1000 --output json"})
final class AuditCommand implements Callable<Integer> {

  private static final int PLAN_MAX = 100;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Option(
      names = "--limit",
      paramLabel = "ENTRIES",
      defaultValue = "20",
      description = "How many, 1 to 1000 (default: 20).")
  private int limit;

  @Option(
      names = "--before",
      paramLabel = "EPOCH",
      description = "Only changes of lower epochs; for the next page.")
  private @Nullable Long before;

  @Override
  public Integer call() {
    String path = "/audit?limit=" + limit + (before == null ? "" : "&before=" + before);
    return admin.run(
        (client, screen) -> screen.show(client.get(path, AuditView.class), AuditCommand::table));
  }

  private static Object table(AuditView view) {
    if (view.entries().isEmpty()) {
      return "no entries";
    }
    TextTable table = new TextTable("EPOCH", "TIME", "WHO", "FROM", "WHAT", "RESULT", "CHANGED");
    for (AuditView.Entry entry : view.entries()) {
      String plan = entry.plan();
      table.row(
          entry.epoch(),
          Texts.time(entry.at()),
          entry.actor(),
          entry.origin(),
          entry.action(),
          entry.result(),
          plan.length() <= PLAN_MAX ? plan : plan.substring(0, PLAN_MAX) + "...");
    }
    return table;
  }
}
