package io.vodis.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandOverlayTest {

  private static final CommandTable BASELINE = CommandTable.baseline();

  /** A server that has all the baseline has, and these. */
  private static PublishedCommands server(String name, Reply... more) {
    List<Reply> commands = new ArrayList<>();
    for (Reply command : more) {
      commands.add(command);
    }
    Map<String, CommandRow> rows =
        BASELINE.rows().stream().collect(Collectors.toMap(CommandRow::name, row -> row));
    var all = new HashMap<>(rows);
    all.putAll(PublishedCommandsParser.parse(name, items(commands)).rows());
    return new PublishedCommands(name, true, all, CommandDocs.NONE);
  }

  private static PublishedCommands without(PublishedCommands server, String... names) {
    var rows = new HashMap<>(server.rows());
    List.of(names).forEach(rows::remove);
    return new PublishedCommands(server.server(), server.keySpecs(), rows, server.docs());
  }

  private static CommandTable table(PublishedCommands... servers) {
    return table(CommandPolicy.NONE, servers);
  }

  private static CommandTable table(CommandPolicy policy, PublishedCommands... servers) {
    return TableBuilder.build(BASELINE, List.of(servers), policy).table();
  }

  private static CommandSpec spec(CommandTable table, String name) {
    return find(table, name).orElseThrow(() -> new AssertionError(name + " has no row"));
  }

  private static Optional<CommandSpec> find(CommandTable table, String name) {
    return table.rows().stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .flatMap(
            row -> {
              for (int id = 0; id < table.size(); id++) {
                if (table.byId(id).name().equals(name)) {
                  return Optional.of(table.byId(id));
                }
              }
              return Optional.empty();
            });
  }

  private static String refusal(CommandSpec spec) {
    byte[] refusal = spec.refusal();
    return refusal == null ? "" : new String(refusal, StandardCharsets.ISO_8859_1).strip();
  }

  @Test
  void withoutServersItIsTheBaseline() {
    assertThat(table().rows()).isEqualTo(BASELINE.rows());
  }

  @Test
  void idsStayWhateverComesAndGoes() {
    // Given
    CommandTable first = table(server("a", legacy("one.cmd", 2, 1, "write")));
    int id = spec(first, "one.cmd").id();
    // When
    CommandTable second =
        TableBuilder.build(
                first, List.of(server("a", legacy("a.new", 2, 1, "write"))), CommandPolicy.NONE)
            .table();
    CommandTable third =
        TableBuilder.build(
                second, List.of(server("a", legacy("one.cmd", 2, 1, "write"))), CommandPolicy.NONE)
            .table();
    // Then
    assertThat(second.has("one.cmd")).isFalse();
    assertThat(second.byId(id).name()).isEqualTo("one.cmd");
    assertThat(spec(second, "a.new").id()).isGreaterThan(id);
    assertThat(spec(third, "one.cmd").id()).isEqualTo(id);
    for (int known = 0; known < BASELINE.size(); known++) {
      assertThat(third.byId(known).name()).isEqualTo(BASELINE.byId(known).name());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "write, 1, ONE_KEY",
    "readonly, 0, UNSUPPORTED",
    "admin, 1, DENIED",
    "pubsub, 1, UNSUPPORTED",
    "blocking, 1, UNSUPPORTED",
    "movablekeys, 1, UNSUPPORTED",
  })
  void routesWhatNoReleaseHasSeenByWhatIsPublished(String flag, int firstKey, Routing routing) {
    CommandSpec spec = spec(table(server("a", legacy("x.y", -2, firstKey, flag))), "x.y");

    assertThat(spec.routing()).isEqualTo(routing);
  }

  @ParameterizedTest
  @CsvSource({"ping, LOCAL", "mget, FRAGMENTED", "shutdown, DENIED", "exec, TRANSACTION"})
  void aServerNeverOverrulesTheRoutingOfTheBaseline(String name, Routing routing) {
    CommandTable table = table(server("a", legacy(name, -2, 1, "write")));

    assertThat(spec(table, name).routing()).isEqualTo(routing);
  }

  @Test
  void whatOneServerLacksIsRefusedByName() {
    PublishedCommands old = without(server("10.0.0.1:6379 (redis 6.2.6)"), "lmpop");

    CommandSpec spec = spec(table(server("b"), old), "lmpop");

    assertThat(spec.supported()).isFalse();
    assertThat(refusal(spec))
        .isEqualTo(
            "-ERR command 'lmpop' is not offered, because server 10.0.0.1:6379 (redis 6.2.6) does"
                + " not know it");
  }

  @Test
  void whatAllServersLackIsUnknown() {
    PublishedCommands old = without(server("a"), "lmpop", "xgroup|createconsumer");

    CommandTable table = table(old);

    assertThat(table.has("lmpop")).isFalse();
    assertThat(table.has("xgroup|createconsumer")).isFalse();
    assertThat(table.has("xgroup|create")).isTrue();
  }

  /**
   * The proxy keeps these logs itself, but a client finds them only where its servers have them.
   */
  @Test
  void theCommandLogIsThereIfTheServersHaveOne() {
    PublishedCommands old =
        without(
            server("old"),
            "commandlog",
            "commandlog|get",
            "commandlog|len",
            "commandlog|reset",
            "commandlog|help");

    assertThat(spec(table(server("a")), "commandlog|get").routing()).isEqualTo(Routing.LOCAL);
    assertThat(table(old).has("commandlog")).isFalse();
    assertThat(table(old).has("commandlog|get")).isFalse();
    assertThat(refusal(spec(table(server("a"), old), "commandlog|get")))
        .contains("because server old does not know it");
  }

  @Test
  void olderServersWantTheCommandThatIsAskedAboutToHaveArguments() {
    CommandTable older = table(server("a", legacy("command|getkeys", -4, 0, "loading")));
    CommandTable newer = table(server("a", legacy("command|getkeys", -3, 0, "loading")));

    assertThat(spec(older, "command|getkeys").acceptsArgCount(3)).isFalse();
    assertThat(spec(newer, "command|getkeys").acceptsArgCount(3)).isTrue();
    assertThat(spec(newer, "command|getkeys").routing()).isEqualTo(Routing.LOCAL);
  }

  @Test
  void aServerBeforeRedis7IsNotAskedForSubcommands() {
    Map<String, CommandRow> rows =
        server("a").rows().values().stream()
            .filter(row -> !row.isSubcommand())
            .collect(Collectors.toMap(CommandRow::name, Function.identity()));

    CommandTable table = table(new PublishedCommands("old", false, rows, CommandDocs.NONE));

    assertThat(spec(table, "xgroup|create").supported()).isTrue();
  }

  @Test
  void whereServersDifferAllTheirKeysCount() {
    CommandSpec spec =
        spec(
            table(
                server("a", legacy("x.y", 3, 1, "write")),
                server("b", legacy("x.y", -3, 2, "write"))),
            "x.y");

    assertThat(spec.routing()).isEqualTo(Routing.SAME_SLOT);
    assertThat(spec.keySpecs()).hasSize(2);
    assertThat(spec.acceptsArgCount(5)).isTrue();
    assertThat(spec.acceptsArgCount(2)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "get=deny; get; DENIED",
        "@string=deny; get; DENIED",
        "@string=deny,get=allow; get; ONE_KEY",
        "get=allow,@string=deny; get; ONE_KEY",
        "@read=ok,@string=deny; get; DENIED",
        "config=deny; config|get; DENIED",
        "config=deny,config|get=allow; config|get; LOCAL",
        "flushall=ok; flushall; ANSWER_OK",
        "lolwut=any-group; lolwut; ANY_GROUP",
        "move=deny; move; DENIED",
        "bgsave=all-groups; bgsave; ALL_GROUPS",
        "get=all-groups; get; ONE_KEY",
        "keys=all-groups; keys; BROADCAST",
        "multi=all-groups; multi; TRANSACTION",
        "shutdown=allow; shutdown; UNSUPPORTED",
        "lolwut=keys:1:1:1; lolwut; ONE_KEY",
        "lolwut=keys:1:-1:2; lolwut; SAME_SLOT",
        "get=rename:xget; get; SAME_SLOT",
        "post=allow; post; CROSS_PROTOCOL",
      })
  void theMostPreciseRuleHolds(String rules, String command, Routing routing) {
    CommandPolicy policy = CommandPolicy.parse(List.of(rules.split(",")));

    CommandSpec spec = spec(table(policy), command);

    assertThat(spec.routing()).isEqualTo(routing);
    assertThat(spec.sentAs()).isEqualTo(rules.contains("rename") ? "xget" : null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "get; expected COMMAND=ACTION, COMMAND|SUBCOMMAND=ACTION or @CATEGORY=ACTION",
        "get=drop; expected allow, deny, ok, any-group, all-groups, keys:FIRST:LAST:STEP or rename",
        "@write=rename:x; expected allow, deny or ok for a category",
        "config|get=rename:x; expected a whole command, for servers cannot rename a subcommand",
        "x=keys:0:1:1; expected FIRST 1 or more, LAST not before it or negative, STEP 1 or more",
        "x=keys:a:1:1; expected numbers in keys:FIRST:LAST:STEP",
      })
  void aWrongRuleSaysWhatIsAllowed(String rule, String message) {
    try {
      CommandPolicy policy = CommandPolicy.parse(List.of(rule));
      throw new AssertionError("accepted as " + policy);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("'" + rule + "'").hasMessageContaining(message);
    }
  }

  @Test
  void namesWhatThePolicyDoesNotMatch() {
    TableBuilder.Result result =
        TableBuilder.build(
            BASELINE,
            List.of(server("a")),
            CommandPolicy.parse(List.of("gett=deny", "@nosuch=deny", "get=deny", "@write=deny")));

    assertThat(result.unmatched()).containsExactly("@nosuch", "gett");
  }

  /** In the form of Redis 6: seven fields. */
  private static Reply legacy(String name, int arity, int firstKey, String flag) {
    int last = firstKey;
    int step = firstKey > 0 ? 1 : 0;
    return items(
        List.of(
            text(name),
            new Reply.Number(arity),
            items(List.of(text(flag))),
            new Reply.Number(firstKey),
            new Reply.Number(last),
            new Reply.Number(step),
            items(List.of(text("@slow")))));
  }

  private static Reply items(List<Reply> replies) {
    return new Reply.Items(replies);
  }

  private static Reply text(String text) {
    return new Reply.Text(text.getBytes(StandardCharsets.UTF_8));
  }
}
