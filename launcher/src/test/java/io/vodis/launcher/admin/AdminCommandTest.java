package io.vodis.launcher.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vodis.topom.TopomException;
import io.vodis.topom.api.AdminApi;
import io.vodis.topom.api.AdminApiConfig;
import io.vodis.topom.fake.FakeTopomService;
import io.vodis.topom.fake.Views;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(60)
class AdminCommandTest {

  private static final String TOKEN = "s3cret-admin-token";

  @TempDir private Path directory;

  private final Vertx vertx = Vertx.vertx();
  private final FakeTopomService service = new FakeTopomService(Views.busy());
  private final Map<String, String> environment = new HashMap<>();
  private volatile StringWriter err = new StringWriter();
  private AdminApi api;

  @BeforeEach
  void start() {
    api = AdminApi.start(vertx, service, new AdminApiConfig("127.0.0.1", 0, TOKEN));
    environment.put("VODIS_TOPOM", "127.0.0.1:" + api.port());
    environment.put("VODIS_ADMIN_TOKEN", TOKEN);
  }

  @AfterEach
  void stop() {
    api.close();
    vertx.close().await();
  }

  private record Outcome(int exitCode, String out, String err) {}

  private CommandLine commandLine() {
    return new CommandLine(new AdminCommand(environment::get, directory))
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  private Outcome admin(String... args) {
    StringWriter out = new StringWriter();
    err = new StringWriter();
    int exitCode =
        commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  /** Does something once the running command has said something. */
  private void onceSaid(String text, Runnable reaction) {
    vertx.setPeriodic(
        10,
        timer -> {
          if (err.toString().contains(text)) {
            vertx.cancelTimer(timer);
            reaction.run();
          }
        });
  }

  @Test
  void showsTheOverview() {
    // When
    Outcome outcome = admin("overview");
    // Then
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .isEqualTo(
            """
            product  demo, epoch 41, term 7
            leader   127.0.0.1:18080
            groups   3
            slots    900 assigned, 124 offline, 2 moving
            servers  4, of which 2 answer
            proxies  2, of which 1 alive and 1 up to date
            actions  1 running, 1 pending
            warning  proxy 127.0.0.1:19000: its disk is full
            """);
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void listsGroups() {
    assertThat(admin("groups", "list").out())
        .isEqualTo(
            """
            GROUP  SLOTS  PRIMARY         REPLICAS        PROMOTION
                1    700  127.0.0.1:6379  127.0.0.1:6380  -
                2    200  127.0.0.1:6381  [::1]:6382      preparing [::1]:6382
                3      0  -               -               -
            """);
  }

  @Test
  void listsServersWithDeclaredAndRealState() {
    assertThat(admin("servers", "list").out())
        .isEqualTo(
            """
            GROUP  SERVER          ROLE     LINK  OFFSET     KEYS  MEMORY  LIMIT   AGE  STATE
                1  127.0.0.1:6379  primary  -     123456  1234567  5.0 MB  -      0.4s  ok
                1  127.0.0.1:6380  replica  up    123456  1234567  5.0 MB  -      0.4s  ok
                2  127.0.0.1:6381  primary  -     123456  1234567  5.0 MB  -      2.4s  timed out after 1 s
                2  [::1]:6382      replica  -          -        -       -  -      0.9s  connection refused
            """);
  }

  @Test
  void showsACensusAndWhatIsAstray() {
    assertThat(admin("slots", "census", "4-7").out())
        .isEqualTo(
            """
            SLOT  GROUP  KEYS   BYTES  TIME  TYPES              BIGGEST
               5      1   100  2.9 kB  0.1s  hash:10 string:90  big:5 (hash, 2.0 kB)
               7      1   100  2.9 kB  0.1s  hash:10 string:90  big:7 (hash, 2.0 kB)

            200 keys, 5.9 kB, moved in about 0.2s; 1 keys astray, see fsck
            """);
    assertThat(admin("fsck").out()).contains("second copy  found").contains("1 keys astray");
    assertThat(admin("fsck", "--confirm").out()).contains("second copy  removed");
    assertThat(service.calls()).contains("fsck(false)", "fsck(true)");
  }

  @Test
  void plansByPolicyAndDrains() {
    Outcome plan =
        admin(
            "rebalance",
            "--policy",
            "memory",
            "--weight",
            "1=2",
            "--exclude",
            "3",
            "--max-slots",
            "9");
    assertThat(plan.out()).contains("9 slots to move").contains("BYTES");
    assertThat(admin("rebalance", "--policy", "memory", "--max-slots", "9", "--confirm").out())
        .contains("9 slots queued to move");
    assertThat(service.calls()).contains("confirmRebalance(9 moves)");
    assertThat(admin("groups", "drain", "2").out()).endsWith("slots queued to move\n");
    assertThat(admin("rebalance", "--policy", "luck").exitCode()).isEqualTo(1);
  }

  @Test
  void listsTheAuditLog() {
    assertThat(admin("audit", "--limit", "1").out())
        .isEqualTo(
            """
            EPOCH  TIME                  WHO    FROM           WHAT                     RESULT  CHANGED
               41  2026-11-20T20:00:01Z  alice  10.0.0.9:4711  cancel action of slot 7  done    slot 7: group 1
            """);
    assertThat(admin("audit", "--before", "41").out()).contains("fail over group 2");
    assertThat(admin("audit", "--before", "40").out()).isEqualTo("no entries\n");
  }

  @Test
  void pausesResumesAndPacesMoves() {
    assertThat(admin("actions", "pause").out()).isEqualTo("all actions paused\n");
    assertThat(admin("actions", "pause", "5-6").out())
        .isEqualTo("action of slot 5 paused\naction of slot 6 paused\n");
    assertThat(admin("migration").out()).contains("paused           all actions");
    assertThat(admin("actions", "resume").exitCode()).isZero();
    assertThat(
            admin(
                    "migration",
                    "--keys-per-second",
                    "5000",
                    "--windows",
                    "22:00-06:00 Europe/Berlin",
                    "--parallel",
                    "7",
                    "--max-block",
                    "500")
                .out())
        .isEqualTo(
            """
            paused           no
            parallel slots   7
            max block        500 us
            keys per second  5000
            windows          22:00-06:00 Europe/Berlin
            """);
    assertThat(admin("migration", "--windows", "configured").out())
        .contains("windows          always")
        .contains("parallel slots   7");
    assertThat(admin("migration", "--windows", "never").err()).contains("'never' is no");
    assertThat(admin("migration", "--parallel", "many").exitCode()).isEqualTo(2);
    assertThat(service.caller().actor()).isEqualTo(System.getProperty("user.name"));
  }

  @Test
  void listsSlotsActionsProxiesAndMembers() {
    assertThat(admin("slots", "list").out())
        .isEqualTo(
            """
            SLOTS     COUNT  GROUP    ACTION
            0-4           5  1        -
            5             1  1        migrating -> 2
            6             1  1        pending -> 2
            7-699       693  1        -
            700-899     200  2        -
            900-1023    124  offline  -
            """);
    assertThat(admin("actions", "list").out())
        .isEqualTo(
            """
            SLOT  FROM  TO  STATE      KEYS     RATE   LEFT  BIG KEYS  WAITS FOR
               5     1   2  migrating  1200  15001/s  1m15s  big:1     -
               6     1   2  pending       0        -      -  -         its turn
            """);
    assertThat(admin("proxies", "list").out())
        .isEqualTo(
            """
            TOKEN       ADDRESS          STATE    EPOCH  DATACENTER   PID  STARTED
            proxyalive  127.0.0.1:19000  warning     41  east        4711  2026-01-02T03:04:05Z
            proxydead   127.0.0.1:19001  dead         -  east        4711  2026-01-02T03:04:05Z
            """);
    assertThat(admin("members").out())
        .contains("topom (leader)  topomleader", "metrics         m1");
  }

  @Test
  void changesAreMadeAndConfirmedInWords() {
    assertThat(admin("groups", "create", "9").out()).isEqualTo("group 9 created\n");
    assertThat(admin("servers", "add", "--group", "9", "h:7000").out())
        .isEqualTo("server h:7000 added to group 9\n");
    assertThat(admin("servers", "add", "-g", "9", "[::2]:7001", "--datacenter", "w").exitCode())
        .isZero();
    assertThat(admin("servers", "promote", "[::2]:7001").out())
        .isEqualTo("server [::2]:7001 is the primary of group 9\n");
    assertThat(admin("servers", "remove", "h:7000").exitCode()).isZero();
    assertThat(admin("servers", "remove", "[::2]:7001").exitCode()).isZero();
    assertThat(admin("groups", "remove", "9").exitCode()).isZero();
    assertThat(admin("slots", "assign", "900-1023", "--group", "2").out())
        .isEqualTo("slots 900-1023 assigned to group 2\n");
    assertThat(admin("slots", "offline", "1023").out()).isEqualTo("slots 1023 are offline\n");
    assertThat(admin("slots", "migrate", "10-19", "--group", "2").out())
        .isEqualTo("10 slots of 10-19 queued to move to group 2\n");
    assertThat(admin("actions", "cancel", "6", "10-11").exitCode()).isZero();
    assertThat(admin("actions", "cancel", "--all").out()).isEqualTo("8 actions cancelled\n");
    assertThat(admin("proxies", "remove", Views.DEAD_PROXY).exitCode()).isZero();
    assertThat(service.calls())
        .containsExactly(
            "createGroup(9)",
            "addServer(9, h:7000, '')",
            "addServer(9, [::2]:7001, 'w')",
            "promote(9, [::2]:7001)",
            "removeServer(9, h:7000)",
            "removeServer(9, [::2]:7001)",
            "removeGroup(9)",
            "assignSlots(900, 1023, 2)",
            "offlineSlots(1023, 1023)",
            "migrateSlots(10, 19, 2)",
            "cancelAction(6)",
            "cancelAction(10)",
            "cancelAction(11)",
            "cancelPendingActions()",
            "removeProxy(proxydead)");
  }

  @Test
  void showsTheRebalancePlanAndChangesNothing() {
    // When
    Outcome outcome = admin("rebalance");
    // Then
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains(
            "Plan for epoch 41: 398 slots to move",
            "GROUP  BEFORE      AFTER  CHANGE",
            "    1     698  ->    ",
            "SLOTS",
            "Nothing has been changed. To carry it out, add --confirm --epoch 41.");
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void carriesOutThePlanAndShowsProgressUntilItIsDone() {
    // Given
    service.update(Views::settled);
    int slots = service.planRebalance().moves().size();
    onceSaid("0 of " + slots + " slots done", () -> service.update(Views::settled));
    // When
    Outcome outcome = admin("rebalance", "--confirm", "--wait");
    // Then
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains(slots + " slots queued to move\n", slots + " actions ended in ");
    assertThat(service.calls()).containsExactly("confirmRebalance(" + slots + " moves)");
  }

  @Test
  void tellsThatPlannedMovesWereCancelledBySomebodyElse() {
    // Given
    service.update(Views::settled);
    int slots = service.planRebalance().moves().size();
    onceSaid("0 of " + slots + " slots done", service::cancelPendingActions);
    // When
    Outcome outcome = admin("rebalance", "--confirm", "--wait");
    // Then
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains(slots + " of " + slots + " slots did not move");
  }

  @Test
  void doesNotCarryOutAPlanThatIsNoLongerTheOneShown() {
    // When
    Outcome outcome = admin("rebalance", "--confirm", "--epoch", "40");
    // Then
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("epoch 40", "41 now", "(CONFLICT)");
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void watchesActionsOverAnOutageOfTopom() {
    // Given
    service.update(view -> Views.withActions(view, List.of()));
    service.failWith(new TopomException(TopomException.Code.NOT_LEADER, "no topom leads"));
    onceSaid("waiting for topom: no topom leads", () -> service.failWith(null));
    // When
    Outcome outcome = admin("actions", "watch");
    // Then
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).isEqualTo("no actions\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "overview",
        "groups list",
        "servers list",
        "slots list",
        "rebalance",
        "actions list",
        "proxies list",
        "members",
        "groups create 9",
        "slots migrate 20-29 -g 2",
        "rebalance --confirm"
      })
  void printsTheAnswerOfTheApiAsJsonAndNothingElse(String command) {
    // When
    Outcome outcome = admin((command + " --output json").split(" "));
    // Then
    assertThat(outcome.exitCode()).isZero();
    assertThat(new JsonObject(outcome.out()).isEmpty()).isFalse();
    assertThat(outcome.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "groups",
        "groups create",
        "groups create x",
        "servers add h:1",
        "slots migrate 5-4 -g 1",
        "slots migrate 0-1024 -g 1",
        "slots assign 1,2 -g 1",
        "actions cancel",
        "actions cancel 5 --all",
        "overview --topom ftp://h",
        "overview --output xml"
      })
  void wrongUsageEndsWithTwo(String command) {
    // When
    Outcome outcome = admin(command.isEmpty() ? new String[0] : command.split(" "));
    // Then
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).isNotEmpty();
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void aRefusalEndsWithOne() {
    // When
    Outcome outcome = admin("groups", "create", "1");
    Outcome unknown = admin("servers", "promote", "nobody:1");
    // Then
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).isEqualTo("admin: group 1 exists already (CONFLICT)\n");
    assertThat(outcome.out()).isEmpty();
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err()).contains("server nobody:1 is in no group");
  }

  @Test
  void noTopomThereEndsWithThree() throws IOException {
    // Given
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    // When
    Outcome outcome = admin("overview", "--topom", "http://127.0.0.1:" + free + "/");
    // Then
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err())
        .isEqualTo(
            "admin: cannot reach topom at http://127.0.0.1:"
                + free
                + ": connection refused (see --topom)\n");
  }

  @Test
  void aMissingOrWrongTokenEndsWithFour() {
    // Given
    environment.remove("VODIS_ADMIN_TOKEN");
    // When
    Outcome missing = admin("groups", "create", "9");
    Outcome wrong = admin("groups", "create", "9", "--token", "wrong");
    Outcome noFile = admin("groups", "create", "9", "--token-file", directory + "/none");
    // Then
    assertThat(List.of(missing.exitCode(), wrong.exitCode(), noFile.exitCode())).containsOnly(4);
    assertThat(missing.err()).contains("changes need the admin token", "--token-file");
    assertThat(wrong.err()).contains("the admin token from --token is not that of this topom");
    assertThat(noFile.err()).contains("cannot read the admin token");
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void takesTheTokenFromAFileADataDirectoryOrTheLatestDemo() throws IOException {
    // Given
    environment.remove("VODIS_ADMIN_TOKEN");
    Path file = Files.writeString(directory.resolve("token"), TOKEN + "\n");
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.writeString(data.resolve("admin_token"), TOKEN);
    // When
    Outcome fromFile = admin("groups", "create", "7", "--token-file", file.toString());
    Outcome fromData = admin("groups", "create", "8", "--token-file", data.toString());
    Path demo = Files.createDirectory(directory.resolve("vodis-demo-1234"));
    Files.writeString(demo.resolve("admin_token"), TOKEN);
    Outcome fromDemo = admin("groups", "create", "9");
    // Then
    assertThat(List.of(fromFile.exitCode(), fromData.exitCode(), fromDemo.exitCode()))
        .containsOnly(0);
  }

  @Test
  void everyCommandHasHelpWithExamplesAndExitCodes() {
    leaves(commandLine())
        .forEach(
            command ->
                assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                    .as(command.getCommandSpec().qualifiedName())
                    .contains(
                        "Examples:",
                        "vodis " + command.getCommandSpec().qualifiedName(),
                        "Exit codes:",
                        "--help",
                        "--output")
                    .doesNotContain("Looks at and changes"));
  }

  private static Stream<CommandLine> leaves(CommandLine command) {
    Map<String, CommandLine> subcommands = command.getSubcommands();
    return subcommands.isEmpty()
        ? Stream.of(command)
        : subcommands.values().stream().flatMap(AdminCommandTest::leaves);
  }
}
