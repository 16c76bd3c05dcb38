package io.vodis.launcher.admin;

import io.vodis.topom.api.view.MembersView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin members}. */
@Command(
    name = "members",
    description = "Lists every process of the product.",
    footer = "  vodis admin members")
final class MembersCommand implements Callable<Integer> {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Override
  public Integer call() {
    return admin.run(
        (client, screen) ->
            screen.show(client.get("/members", MembersView.class), MembersCommand::table));
  }

  private static TextTable table(MembersView view) {
    TextTable table =
        new TextTable("ROLE", "TOKEN", "ADDRESS", "ADMIN", "DATACENTER", "PID", "STARTED");
    for (MembersView.Member member : view.members()) {
      table.row(
          member.leader() ? member.role() + " (leader)" : member.role(),
          member.token(),
          member.address(),
          member.adminAddress(),
          member.datacenter(),
          member.pid(),
          Texts.time(member.startTime()));
    }
    return table;
  }
}
