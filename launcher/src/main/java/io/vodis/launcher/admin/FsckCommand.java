package io.vodis.launcher.admin;

import io.vodis.topom.api.view.FsckView;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin fsck}. */
@Command(
    name = "fsck",
    description = {
      "Finds keys on servers that do not own their slot, keys in two places, and servers that are",
      "not as declared. Reads every key; changes nothing without --confirm."
    },
    footer = {"  vodis admin fsck", "  vodis admin fsck --confirm"})
final class FsckCommand implements Callable<Integer> {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Option(
      names = "--confirm",
      description = {
        "Repairs: of two copies removes the one that is not the owner's, and moves a key that is",
        "in one place only to its owner."
      })
  private boolean confirm;

  @Override
  public Integer call() {
    return admin.run(
        (client, screen) ->
            screen.show(
                client.post("/fsck", Map.of("repair", confirm), FsckView.class),
                FsckCommand::text));
  }

  private static Object text(FsckView view) {
    StringBuilder text = new StringBuilder();
    if (!view.keys().isEmpty()) {
      TextTable table =
          new TextTable("SLOT", "DB", "FOUND ON", "BELONGS TO", "KIND", "OUTCOME", "KEY");
      for (FsckView.Key key : view.keys()) {
        table.row(
            key.slotId(),
            key.database(),
            key.server(),
            key.owner(),
            key.kind().replace('_', ' '),
            key.outcome(),
            key.key());
      }
      text.append(table).append(System.lineSeparator()).append(System.lineSeparator());
    }
    view.servers().forEach(line -> text.append(line).append(System.lineSeparator()));
    return text.append(view.strayKeys())
        .append(" keys astray, ")
        .append(Texts.count(view.servers().size(), "server"))
        .append(" not as declared; looked for ")
        .append(Texts.duration(view.tookMillis()))
        .toString();
  }
}
