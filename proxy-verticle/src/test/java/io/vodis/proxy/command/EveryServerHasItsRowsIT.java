package io.vodis.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No server at hand knows a command or subcommand that the table has no row for. */
class EveryServerHasItsRowsIT {

  static List<ServerBinary> servers() {
    return ServerBinary.allAndOldest();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void everyCommandHasARow(ServerBinary binary) {
    try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start()) {
      // When
      PublishedCommands published = PublishedByServer.of(server.address());
      // Then
      Set<String> unheardOf = new TreeSet<>(published.names());
      CommandTable.baseline().rows().forEach(row -> unheardOf.remove(row.name()));
      assertThat(unheardOf).as("commands of %s without a row", binary).isEmpty();
      assertThat(published.names()).hasSizeGreaterThan(150);
    }
  }

  /** RESP3 has maps and sets where RESP2 has arrays; they say the same. */
  @ParameterizedTest
  @MethodSource("servers")
  void bothProtocolsPublishTheSame(ServerBinary binary) {
    if (!binary.hasResp3()) {
      return;
    }
    try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start();
        RespClient client = RespClient.connect(server.address())) {
      // Given
      PublishedCommands resp2 = PublishedByServer.of(client);
      client.expect("HELLO", "3");
      // When
      PublishedCommands resp3 = PublishedByServer.of(client);
      // Then
      assertThat(resp3.rows()).isEqualTo(resp2.rows());
      assertThat(resp3.keySpecs()).isEqualTo(resp2.keySpecs());
    }
  }

  /** With servers of one version the table is the baseline, but for what they lack. */
  @ParameterizedTest
  @MethodSource("servers")
  void whatServersPublishAgreesWithTheBaseline(ServerBinary binary) {
    try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start()) {
      PublishedCommands published = PublishedByServer.of(server.address());
      CommandTable table =
          TableBuilder.build(CommandTable.baseline(), List.of(published), CommandPolicy.NONE)
              .table();
      for (CommandRow row : table.rows()) {
        CommandRow before = CommandTable.baseline().byId(idOf(row.name())).row();
        assertThat(row.routing()).as(row.name()).isEqualTo(before.routing());
      }
      assertThat(table.size()).isEqualTo(CommandTable.baseline().size());
    }
  }

  private static int idOf(String name) {
    CommandTable baseline = CommandTable.baseline();
    for (int id = 0; id < baseline.size(); id++) {
      if (baseline.byId(id).name().equals(name)) {
        return id;
      }
    }
    throw new AssertionError(name + " has no row");
  }
}
