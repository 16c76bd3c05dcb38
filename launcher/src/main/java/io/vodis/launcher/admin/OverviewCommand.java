package io.vodis.launcher.admin;

import io.vodis.topom.api.view.OverviewView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin overview}. */
@Command(
    name = "overview",
    description = "Shows the product in one screen.",
    footer = {"  vodis admin overview", "  vodis admin overview -o json"})
final class OverviewCommand implements Callable<Integer> {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Override
  public Integer call() {
    return admin.run(
        (client, screen) ->
            screen.show(client.get("/overview", OverviewView.class), OverviewCommand::text));
  }

  private static String text(OverviewView view) {
    var leader = view.leader();
    StringBuilder text = new StringBuilder();
    line(text, "product", "%s, epoch %d, term %d", view.product(), view.epoch(), view.term());
    line(text, "leader", "%s", leader == null ? "none" : leader.address());
    line(text, "groups", "%d", view.groups());
    line(
        text,
        "slots",
        "%d assigned, %d offline, %d moving",
        view.slots().assigned(),
        view.slots().offline(),
        view.slots().moving());
    line(text, "servers", "%s", servers(view.servers()));
    line(text, "proxies", "%s", proxies(view.proxies()));
    line(
        text,
        "actions",
        "%d running, %d pending",
        view.actions().running(),
        view.actions().pending());
    view.warnings().forEach(words -> line(text, "warning", "%s", words));
    if (!view.leading()) {
      text.append("\nThis topom does not lead; only the leader knows how servers and proxies are.");
    }
    return text.toString().stripTrailing();
  }

  private static String servers(OverviewView.Servers servers) {
    return servers.answering() == null
        ? Integer.toString(servers.total())
        : servers.total() + ", of which " + servers.answering() + " answer";
  }

  private static String proxies(OverviewView.Proxies proxies) {
    String alive = proxies.total() + ", of which " + proxies.alive() + " alive";
    return proxies.current() == null ? alive : alive + " and " + proxies.current() + " up to date";
  }

  private static void line(StringBuilder text, String name, String format, Object... values) {
    text.append(String.format("%-9s", name)).append(String.format(format, values)).append('\n');
  }
}
