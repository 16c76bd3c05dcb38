package io.vodis.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.Protocol;
import io.vodis.resp.RequestDecoder;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With the table it has learned from a server the proxy answers COMMAND as that server does. */
class SameAsServerIT {

  private static final int REQUESTS_PER_COMMAND = 40;
  private static final long SEED = Long.getLong("seed", 20261121);

  private static final List<String> WORDS =
      List.of(
          "a",
          "b",
          "{t}1",
          "{t}2",
          "1",
          "2",
          "3",
          "0",
          "-1",
          "STORE",
          "STREAMS",
          "COUNT",
          "GROUP",
          "g",
          "c",
          "BLOCK",
          "KEYS",
          "WEIGHTS",
          "LIMIT",
          "GET",
          "#",
          "BY",
          "nosort",
          "(x",
          "*",
          "$",
          "MIN",
          "LEFT",
          "WITHSCORES",
          "storedist",
          "AGGREGATE");

  static List<ServerBinary> servers() {
    return ServerBinary.all().stream().filter(binary -> binary.version().isAtLeast(7, 0)).toList();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void findsTheKeysThatCommandGetkeysFinds(ServerBinary binary) {
    try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start();
        RespClient client = RespClient.connect(server.address())) {
      CommandTable table = learned(client);
      Map<String, String> differences = new LinkedHashMap<>();
      int found = 0;
      for (CommandRow row : table.rows()) {
        if (row.keySpecs().isEmpty() || isForeign(row)) {
          continue;
        }
        Random random = new Random(SEED + row.name().hashCode());
        for (int i = 0; i < REQUESTS_PER_COMMAND; i++) {
          List<String> args = arguments(row, random);
          Object theirs = Objects.requireNonNull(client.call(command("GETKEYS", args)));
          if (theirs instanceof RespError) {
            // The proxy may refuse it too, or leave that to the server: no key goes astray.
            continue;
          }
          found++;
          List<String> ours = keys(table, args);
          boolean refused = ours.toString().startsWith("[refused") && ((List<?>) theirs).isEmpty();
          if (!refused
              && !distinct(ours).equals(distinct(theirs))
              // What the server refuses as a whole touches no key, wherever its keys may be.
              && !(client.call(args.toArray(String[]::new)) instanceof RespError)) {
            differences.put(String.join(" ", args), ours + " instead of " + theirs);
          }
        }
      }
      assertThat(differences).isEmpty();
      assertThat(found).isGreaterThan(1000);
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void describesCommandsByteByByteInBothProtocols(ServerBinary binary) {
    try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start();
        RespClient client = RespClient.connect(server.address())) {
      CommandTable table = learned(client);
      for (Protocol protocol : Protocol.values()) {
        client.expect("HELLO", Integer.toString(protocol.version()));
        int same = 0;
        for (CommandRow row : table.rows()) {
          if (row.routing() != Routing.ONE_KEY && row.routing() != Routing.SAME_SLOT) {
            continue;
          }
          same += compare(client, table, protocol, List.of("COMMAND", "INFO", row.name()));
          same += compare(client, table, protocol, List.of("COMMAND", "DOCS", row.name()));
        }
        // Some have notes on their keys, which the table does not keep.
        assertThat(same).isGreaterThan(200);
      }
    }
  }

  private static int compare(
      RespClient client, CommandTable table, Protocol protocol, List<String> request) {
    client.send(request.toArray(String[]::new));
    client.flush();
    String theirs = client.receiveRaw();
    if (theirs.contains("\nnotes\r\n")) {
      return 0;
    }
    assertThat(normal(reply(table, protocol, request)))
        .as("%s %s", protocol, request)
        .isEqualTo(normal(theirs));
    return 1;
  }

  /** Modules write names as they like; Valkey 9 shows no subcommands as a list, not as a set. */
  private static String normal(String reply) {
    return reply.toLowerCase(Locale.ROOT).replaceFirst("~0\r\n$", "*0\r\n");
  }

  private static String reply(CommandTable table, Protocol protocol, List<String> request) {
    ByteBuf in = Requests.frame(request);
    RequestDecoder decoder = Requests.decoded(in);
    ByteBuf out = Unpooled.buffer();
    CommandSpec spec = Objects.requireNonNull(table.resolve(in, decoder));
    new CommandCatalogue(table).reply(spec, in, decoder, new KeyLocator(16), protocol, out);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static CommandTable learned(RespClient client) {
    PublishedCommands published =
        PublishedByServer.of(client)
            .withDocs(CommandDocs.parse(PublishedByServer.reply(client.expect("COMMAND", "DOCS"))));
    return TableBuilder.build(CommandTable.baseline(), List.of(published), CommandPolicy.NONE)
        .table();
  }

  /** Commands whose arguments the server reads in a way of its own, and that never pass here. */
  private static boolean isForeign(CommandRow row) {
    return row.routing() == Routing.DENIED || row.name().equals("clusterscan");
  }

  /** Name and as many words as it needs, or more; often a number where numbers of keys stand. */
  private static List<String> arguments(CommandRow row, Random random) {
    List<String> args = new ArrayList<>(List.of(row.name().split("\\|")));
    int least = Math.abs(row.arity());
    int most = row.arity() > 0 ? least : least + random.nextInt(6);
    Supplier<String> word = () -> WORDS.get(random.nextInt(WORDS.size()));
    while (args.size() < Math.max(least, most)) {
      boolean count = args.size() <= 3 && random.nextInt(3) == 0;
      args.add(count ? Integer.toString(random.nextInt(4)) : word.get());
    }
    return args;
  }

  private static String[] command(String subcommand, List<String> args) {
    List<String> all = new ArrayList<>(List.of("COMMAND", subcommand));
    all.addAll(args);
    return all.toArray(String[]::new);
  }

  private static List<String> keys(CommandTable table, List<String> args) {
    ByteBuf in = Requests.frame(args);
    RequestDecoder request = Requests.decoded(in);
    KeyLocator locator = new KeyLocator(16);
    int count = locator.locate(Objects.requireNonNull(table.resolve(in, request)), in, request);
    if (count < 0) {
      return List.of("refused: " + new String(locator.error(), StandardCharsets.US_ASCII));
    }
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(args.get(locator.keyArg(i)));
    }
    return keys;
  }

  private static TreeSet<String> distinct(Object keys) {
    TreeSet<String> distinct = new TreeSet<>();
    ((List<?>) keys).forEach(key -> distinct.add(String.valueOf(key)));
    return distinct;
  }
}
