package io.vodis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {

  record Inner(
      @Doc("An address.") HostAndPort serverAddr,
      @Doc("A duration.") Duration waitPeriod,
      @Doc(value = "A password.", secret = true) String serverAuth) {
    Inner {
      if (waitPeriod.isZero()) {
        throw ConfigException.invalid("wait_period", waitPeriod, "more than 0");
      }
    }
  }

  record Sample(
      @Section("First part") Inner inner,
      @Doc("A count. 0 means none.") int maxClients,
      @Doc("A long.") long total,
      @Doc("A flag.") boolean enabled,
      @Doc("A size.") ByteSize bufSize,
      @Doc("Names.") List<String> names,
      @Doc("A role.") Role role) {}

  private static final Sample DEFAULTS =
      new Sample(
          new Inner(new HostAndPort("0.0.0.0", 19000), Duration.ofSeconds(30), "a \"b\" \\c"),
          1000,
          5_000_000_000L,
          true,
          ByteSize.ofKib(128),
          List.of("x", "y"),
          Role.PROXY);

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("sample.yaml");
  }

  @Test
  void readsBackWhatItRenders() throws IOException {
    // Given
    Files.writeString(file, ConfigWriter.render("A sample.", DEFAULTS));

    // When
    Sample loaded = load(file, Map.of(), Map.of());

    // Then
    assertThat(loaded).isEqualTo(DEFAULTS);
  }

  @Test
  void laterSourcesWin() throws IOException {
    // Given
    Files.writeString(file, "max_clients: 1\ntotal: 1\nwait_period: 5m\nbuf_size: 1mb\n");

    // When
    Sample loaded =
        load(
            file,
            Map.of("VODIS_TOTAL", "2", "VODIS_WAIT_PERIOD", "250ms", "VODIS_OTHER", "z"),
            Map.of("wait_period", "7", "role", "ha", "names", "p, q"));

    // Then
    assertThat(loaded.maxClients()).isEqualTo(1);
    assertThat(loaded.total()).isEqualTo(2);
    assertThat(loaded.inner().waitPeriod()).isEqualTo(Duration.ofSeconds(7));
    assertThat(loaded.bufSize()).isEqualTo(ByteSize.ofMib(1));
    assertThat(loaded.role()).isEqualTo(Role.HA);
    assertThat(loaded.names()).containsExactly("p", "q");
  }

  @Test
  void anUnknownKeyIsAnErrorThatNamesTheNearest() throws IOException {
    Files.writeString(file, "max_client: 1\n");
    assertThatThrownBy(() -> load(file, Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(file + ": unknown key 'max_client', did you mean 'max_clients'?");
    assertThatThrownBy(() -> load(null, Map.of(), Map.of("zzzzzzzz", "1")))
        .hasMessage("--set zzzzzzzz: unknown key 'zzzzzzzz'");
  }

  @Test
  void aBadValueIsOneLineWithSourceKeyValueAndWhatIsAllowed() throws IOException {
    Files.writeString(file, "wait_period: 0\n");
    assertThatThrownBy(() -> load(file, Map.of(), Map.of()))
        .hasMessage(file + ": invalid wait_period '0': expected more than 0");
    assertThatThrownBy(() -> load(null, Map.of("VODIS_ENABLED", "yes"), Map.of()))
        .hasMessage("VODIS_ENABLED: invalid enabled 'yes': expected true or false");
    assertThatThrownBy(() -> load(null, Map.of(), Map.of("role", "king")))
        .hasMessage("--set role: invalid role 'king': expected one of proxy, topom, ha, metrics");
    assertThatThrownBy(() -> load(null, Map.of(), Map.of("server_addr", "nowhere")))
        .hasMessage("--set server_addr: invalid server_addr 'nowhere': expected host:port");
  }

  @Test
  void aBrokenOrMissingFileIsOneLine() throws IOException {
    Files.writeString(file, "a: [1\nb: }\n");
    assertThatThrownBy(() -> load(file, Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(file + ": not valid YAML: ")
        .message()
        .hasLineCount(1);
    assertThatThrownBy(() -> load(directory.resolve("none.yaml"), Map.of(), Map.of()))
        .hasMessageEndingWith("none.yaml: no such file, or not readable");
  }

  @Test
  void theStoreIsOneAddressOrMoreEachWithOrWithoutAPort() {
    assertThat(storeAt("10.0.0.1")).containsExactly(new HostAndPort("10.0.0.1", 2181));
    assertThat(storeAt("zk1:2182, [::1], zk3"))
        .containsExactly(
            new HostAndPort("zk1", 2182),
            new HostAndPort("::1", 2181),
            new HostAndPort("zk3", 2181));
    for (String wrong : List.of("", " ", "host:", "host:x", ":2181", "a,,b", "a:0", "fe80::1")) {
      assertThatThrownBy(() -> storeAt(wrong))
          .as("'%s'", wrong)
          .hasMessage(
              "invalid coordinator_addr '" + wrong + "': expected host:port[,host:port...]");
    }
  }

  private static List<HostAndPort> storeAt(String text) {
    return new CoordinatorConfig("zookeeper", text, "", Duration.ofSeconds(6), "").servers();
  }

  @Test
  void secretsAreMasked() {
    assertThat(ConfigWriter.effective(DEFAULTS))
        .contains("server_auth=***")
        .contains("wait_period=30s")
        .contains("buf_size=128kb");
  }

  private static Sample load(
      @org.jspecify.annotations.Nullable Path file,
      Map<String, String> env,
      Map<String, String> overrides) {
    return ConfigLoader.load(Sample.class, DEFAULTS, file, env, overrides);
  }
}
