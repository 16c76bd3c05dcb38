package io.vodis.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServerStatusParserTest {

  private static final HostAndPort SERVER = new HostAndPort("10.0.0.1", 6379);

  private static Reply text(String text) {
    return new Reply.Text(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Reply items(Object... values) {
    return new Reply.Items(
        Stream.of(values)
            .map(v -> v instanceof Integer n ? new Reply.Number(n) : v)
            .map(v -> v instanceof Reply r ? r : text((String) v))
            .toList());
  }

  @Test
  void serversBeforeRedis32AreTooOld() {
    Reply role = items("master", 0, new Reply.Items(List.of()));
    for (String version : List.of("3.2.0", "3.2.11", "4.0.1", "7.0.15", "255.255.255", "mine")) {
      assertThat(ServerStatusParser.parse(SERVER, role, "redis_version:" + version).isNewEnough())
          .as(version)
          .isTrue();
    }
    for (String version : List.of("2.8.19", "3.0.7", "3.1.999")) {
      assertThat(ServerStatusParser.parse(SERVER, role, "redis_version:" + version).isNewEnough())
          .as(version)
          .isFalse();
    }
  }

  @Test
  void readsAPrimaryOfRedis32() {
    // Given
    Reply role = items("master", 1234, new Reply.Items(List.of()));
    String info =
        "# Server\r\nredis_version:3.2.11\r\nrun_id:abc\r\nuptime_in_seconds:5\r\n\r\n"
            + "# Clients\r\nconnected_clients:7\r\n# Memory\r\nused_memory:1000\r\n"
            + "# Persistence\r\nloading:0\r\n# Replication\r\nrole:master\r\n"
            + "master_repl_offset:1234\r\n# Keyspace\r\n"
            + "db0:keys=10,expires=1,avg_ttl=0\r\ndb15:keys=2,expires=0,avg_ttl=0\r\n";

    // When
    ServerStatus status = ServerStatusParser.parse(SERVER, role, info);

    // Then
    assertThat(status)
        .isEqualTo(
            new ServerStatus(
                SERVER,
                "3.2.11",
                "abc",
                true,
                1234,
                null,
                true,
                0,
                true,
                false,
                "",
                "",
                100,
                1000,
                0,
                12,
                false,
                7,
                Map.of(0, 10L, 15, 2L)));
  }

  @Test
  void readsAReplicaWhoseLinkIsDown() {
    // Given
    Reply role = items("slave", "10.0.0.2", 6380, "connect", -1);
    String info =
        "redis_version:7.0.15\r\nmaster_link_status:down\r\n"
            + "master_link_down_since_seconds:42\r\nslave_repl_offset:99\r\nslave_priority:10\r\n"
            + "maxmemory:2048\r\nloading:1\r\n";

    // When
    ServerStatus status = ServerStatusParser.parse(SERVER, role, info);

    // Then
    assertThat(status.primary()).isFalse();
    assertThat(status.upstream()).isEqualTo(new HostAndPort("10.0.0.2", 6380));
    assertThat(status.offset()).isEqualTo(99);
    assertThat(status.linkUp()).isFalse();
    assertThat(status.linkDownSeconds()).isEqualTo(42);
    assertThat(status.priority()).isEqualTo(10);
    assertThat(status.maxMemoryBytes()).isEqualTo(2048);
    assertThat(status.loading()).isTrue();
  }

  @Test
  void countsALinkThatWasNeverUpAsDownSinceTheServerStarted() {
    // Given
    Reply role = items("slave", "10.0.0.2", 6380, "connect", -1);
    String info =
        "master_link_status:down\r\nmaster_link_down_since_seconds:-1\r\n"
            + "uptime_in_seconds:77\r\n";

    // When
    ServerStatus status = ServerStatusParser.parse(SERVER, role, info);

    // Then
    assertThat(status.linkDownSeconds()).isEqualTo(77);
    assertThat(status.synced()).isFalse();
    assertThat(status.offset()).isZero();
  }

  /** The offset alone does not tell: nothing may have been written since. */
  @Test
  void knowsAReplicaThatHasHadAllDataByItsLink() {
    // Given
    Reply role = items("slave", "10.0.0.2", 6380, "connect", -1);
    String down = "master_link_status:down\r\nuptime_in_seconds:77\r\nslave_repl_offset:";
    String since = "\r\nmaster_link_down_since_seconds:";
    // Then
    assertThat(synced(role, down + 0 + since + 0)).isTrue();
    assertThat(synced(role, down + 0 + since + 76)).isTrue();
    assertThat(synced(role, down + 1 + since + -1)).isFalse();
    assertThat(synced(role, down + 1 + since + 5)).isFalse(); // a synchronisation was broken off
    assertThat(synced(role, down + 1 + since + 1_795_286_168)).isFalse();
    assertThat(synced(role, down + 2 + since + -1)).isTrue();
  }

  private static boolean synced(Reply role, String info) {
    return ServerStatusParser.parse(SERVER, role, info + "\r\n").synced();
  }

  @Test
  void prefersTheVersionOfValkeyToTheOneItPretendsToHave() {
    // Given
    String info = "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n";

    // When
    ServerStatus status =
        ServerStatusParser.parse(SERVER, items("master", 0, new Reply.Items(List.of())), info);

    // Then
    assertThat(status.version()).isEqualTo("8.1.1");
  }

  @Test
  void refusesASentinel() {
    assertThatThrownBy(() -> ServerStatusParser.parse(SERVER, items("sentinel"), ""))
        .hasMessageContaining("sentinel");
  }

  @Test
  void recognisesTheConnectionsOfAMigratingServer() {
    assertThat(mayRestore("name= db=0 cmd=restore")).isTrue();
    assertThat(mayRestore("name= db=0 cmd=restore-asking")).isTrue();
    assertThat(mayRestore("name= db=3 cmd=select")).isTrue();
    assertThat(mayRestore("name= db=0 cmd=NULL")).isTrue();
    assertThat(mayRestore("name=vodis:proxy:x db=0 cmd=restore")).isFalse();
    assertThat(mayRestore("name= db=0 cmd=get")).isFalse();
    ClientList.Client silent = new ClientList.Client(3, "10.0.0.7:5", "", 0, "NULL");
    assertThat(silent.mayRestoreFrom("10.0.0.8")).isFalse();
    assertThat(silent.mayRestoreFrom("a-host-name")).isTrue();
    assertThat(ClientList.parse("")).isEmpty();
  }

  private static boolean mayRestore(String rest) {
    return ClientList.parse("id=3 addr=1.2.3.4:5 fd=9 age=1 idle=0 flags=N " + rest)
        .getFirst()
        .mayRestoreFrom("1.2.3.4");
  }

  @Test
  void readsTheConnectionsOfEveryVersion() {
    // Given
    String redis32 = "id=3 addr=127.0.0.1:50 fd=6 name= age=1 idle=0 flags=N db=0 cmd=client\n";
    String redis7 =
        "id=9 addr=127.0.0.1:51 laddr=127.0.0.1:6379 fd=8 name=vodis:proxy:x age=0"
            + " cmd=client|list user=default redir=-1 resp=2\n";

    // When
    List<ClientList.Client> clients = ClientList.parse(redis32 + redis7);

    // Then
    assertThat(clients)
        .containsExactly(
            new ClientList.Client(3, "127.0.0.1:50", "", 0, "client"),
            new ClientList.Client(9, "127.0.0.1:51", "vodis:proxy:x", -1, "client|list"));
  }
}
