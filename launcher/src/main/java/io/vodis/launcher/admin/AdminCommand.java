package io.vodis.launcher.admin;

import java.net.URI;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code vodis admin}: the options that all its commands share, and how they run and end. */
@Command(
    name = "admin",
    description = "Looks at and changes a running product, through the HTTP API of its topom.",
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Done.",
      "1:Refused by topom; the message says why.",
      "2:Wrong usage.",
      "3:Topom cannot be reached.",
      "4:The admin token is missing or wrong, or topom has none."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vodis admin overview",
      "  vodis admin --topom http://10.0.0.5:18080 servers list",
      "  vodis admin --token-file data/admin_token rebalance --confirm --wait"
    },
    subcommands = {
      OverviewCommand.class,
      GroupsCommand.class,
      ServersCommand.class,
      SlotsCommand.class,
      RebalanceCommand.class,
      ActionsCommand.class,
      MigrationCommand.class,
      ProxiesCommand.class,
      MembersCommand.class,
      AuditCommand.class,
      FsckCommand.class,
      IsolationCommand.class
    })
public final class AdminCommand {

  private static final String TOPOM_VARIABLE = "VODIS_TOPOM";
  private static final String TOPOM_DEFAULT = "http://127.0.0.1:18080";

  /** How results are printed. */
  enum OutputForm {
    table,
    json
  }

  /** What a command does with topom and the screen. */
  @FunctionalInterface
  interface Task {
    void run(AdminClient client, Screen screen);
  }

  private final UnaryOperator<@Nullable String> environment;
  private final Path temporaryDirectory;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private CommandSpec spec;

  @Option(
      names = "--topom",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description =
          "HTTP address of any topom (default: $VODIS_TOPOM, else " + TOPOM_DEFAULT + ").")
  private @Nullable String topom;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      scope = ScopeType.INHERIT,
      description = {
        "Admin token, needed for changes. Other users of this machine can see it here;",
        "--token-file and $VODIS_ADMIN_TOKEN are better."
      })
  private @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "PATH",
      scope = ScopeType.INHERIT,
      description = {
        "File with the admin token, or the data directory it is in.",
        "Default: $VODIS_ADMIN_TOKEN, else that of the latest demo of this user."
      })
  private @Nullable Path tokenFile;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      scope = ScopeType.INHERIT,
      description = "How to print: ${COMPLETION-CANDIDATES} (default: table).")
  private OutputForm output = OutputForm.table;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  @SuppressWarnings("unused") // Acted upon by picocli.
  private boolean help;

  /** For the command line: takes the environment of the process. */
  public AdminCommand() {
    this(System::getenv, Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
  }

  AdminCommand(UnaryOperator<@Nullable String> environment, Path temporaryDirectory) {
    this.environment = environment;
    this.temporaryDirectory = temporaryDirectory;
  }

  /** Runs a task on the admin port of a proxy, which needs no topom for it. */
  int runOnProxy(URI proxy, BiConsumer<ProxyClient, Screen> task) {
    var commandLine = spec.commandLine();
    try (Screen screen =
            new Screen(
                commandLine.getOut(),
                commandLine.getErr(),
                output == OutputForm.json,
                Screen.isTerminal());
        ProxyClient client = new ProxyClient(proxy, token())) {
      task.accept(client, screen);
      return 0;
    } catch (AdminFailure failure) {
      commandLine.getErr().println(spec.qualifiedName() + ": " + failure.getMessage());
      return failure.exitCode();
    }
  }

  /** Runs a task and returns the exit code. */
  int run(Task task) {
    URI address = topom();
    var commandLine = spec.commandLine();
    try (Screen screen =
        new Screen(
            commandLine.getOut(),
            commandLine.getErr(),
            output == OutputForm.json,
            Screen.isTerminal())) {
      return run(task, address, screen);
    }
  }

  private int run(Task task, URI address, Screen screen) {
    try (AdminClient client = new AdminClient(address, token())) {
      task.run(client, screen);
      return 0;
    } catch (AdminFailure failure) {
      screen.fail(spec.qualifiedName() + ": " + failure.getMessage());
      return failure.exitCode();
    }
  }

  private AdminToken token() {
    return AdminToken.find(token, tokenFile, environment, temporaryDirectory);
  }

  private URI topom() {
    String fromEnvironment = environment.apply(TOPOM_VARIABLE);
    String text = topom != null ? topom : fromEnvironment != null ? fromEnvironment : TOPOM_DEFAULT;
    return address("topom", text);
  }

  /** The scheme may be left out. */
  URI address(String whose, String text) {
    String url = (text.contains("://") ? text : "http://" + text).replaceFirst("/+$", "");
    try {
      URI uri = URI.create(url);
      if (uri.getHost() != null && uri.getScheme().matches("https?")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Told below, in the same words.
    }
    throw new ParameterException(
        spec.commandLine(),
        "invalid " + whose + " address '" + text + "', expected http://host:port");
  }
}
