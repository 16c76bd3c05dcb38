package io.vodis.launcher.admin;

import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.api.view.ProxiesView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin proxies}. */
@Command(
    name = "proxies",
    description = "Lists proxies and removes dead ones from the list.",
    footer = "  vodis admin proxies list")
final class ProxiesCommand {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Command(
      name = "list",
      description = "Lists the proxies and the epoch of the slot table each has.",
      footer = "  vodis admin proxies list")
  int list() {
    return admin.run(
        (client, screen) ->
            screen.show(client.get("/proxies", ProxiesView.class), ProxiesCommand::table));
  }

  @Command(
      name = "remove",
      description = "Removes a proxy that is not alive from the list.",
      footer = "  vodis admin proxies remove 5f2c9a0e6d1b4c7788a1d2e3f4051627")
  int remove(@Parameters(paramLabel = "TOKEN", description = "As listed.") String token) {
    return admin.run(
        (client, screen) ->
            screen.show(
                client.delete(AdminClient.path("proxies", token), ChangeView.class),
                change -> "proxy " + token + " removed"));
  }

  private static TextTable table(ProxiesView view) {
    TextTable table =
        new TextTable("TOKEN", "ADDRESS", "STATE", "EPOCH", "DATACENTER", "PID", "STARTED");
    for (ProxiesView.Proxy proxy : view.proxies()) {
      table.row(
          proxy.token(),
          proxy.address(),
          state(proxy, view.epoch()),
          proxy.epoch(),
          proxy.datacenter(),
          proxy.pid(),
          Texts.time(proxy.startTime()));
    }
    return table;
  }

  private static String state(ProxiesView.Proxy proxy, long epoch) {
    if (!proxy.alive()) {
      return "dead";
    }
    Long acknowledged = proxy.epoch();
    if (acknowledged == null) {
      return "alive";
    }
    if (acknowledged < epoch) {
      return "behind";
    }
    return proxy.warnings().isEmpty() ? "ok" : "warning";
  }
}
