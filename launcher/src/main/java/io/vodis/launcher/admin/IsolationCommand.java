package io.vodis.launcher.admin;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vodis admin isolation}. */
@Command(
    name = "isolation",
    description = {
      "Lets a proxy that is cut off from the store serve for some time all the same.",
      "Asks the proxy itself, at its admin port; no topom is needed. What such a proxy writes",
      "while others go on without it can be lost. It is written into the audit log."
    },
    footer = {
      "  vodis admin isolation 10.0.0.7:11080 --serve-for 30m",
      "  vodis admin isolation 10.0.0.7:11080 --end"
    })
final class IsolationCommand implements Callable<Integer> {

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  /** One of the two. */
  static final class Wish {
    @Option(
        names = "--serve-for",
        paramLabel = "TIME",
        required = true,
        description = "For so long, such as 30m; at most 24h.")
    private String length = "0s";

    @Option(names = "--end", required = true, description = "Only while the store answers again.")
    @SuppressWarnings("unused") // Given without the other, it leaves that at nothing.
    private boolean end;
  }

  @ArgGroup(multiplicity = "1")
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private Wish wish;

  @Parameters(
      paramLabel = "ADDRESS",
      arity = "1..*",
      description = "Admin address of the proxy, as host:port or URL.")
  private List<String> proxies = new ArrayList<>();

  @Override
  public Integer call() {
    String page = "/isolation?serve_for=" + URLEncoder.encode(wish.length, StandardCharsets.UTF_8);
    int worst = 0;
    for (String proxy : proxies) {
      int exitCode =
          admin.runOnProxy(
              admin.address("proxy", proxy),
              (client, screen) -> screen.show(client.post(page), result -> proxy + " " + result));
      worst = Math.max(worst, exitCode);
    }
    return worst;
  }
}
