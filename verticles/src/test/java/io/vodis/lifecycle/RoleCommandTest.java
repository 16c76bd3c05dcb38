package io.vodis.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.config.CoordinatorConfig;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.config.Section;
import io.vodis.model.Role;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RoleCommandTest {

  record SampleConfig(
      @Section("Product") ProductConfig product,
      @Section("Coordinator") CoordinatorConfig coordinator,
      @Section("Log") LogConfig log) {}

  private static final RoleDefinition<SampleConfig> SAMPLE =
      new RoleDefinition<>(
          Role.HA,
          SampleConfig.class,
          new SampleConfig(
              ProductConfig.defaults(), CoordinatorConfig.defaults(), LogConfig.defaults()),
          (node, config) -> {
            throw new IllegalStateException("not reached in these tests");
          });

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void printsItsDefaultsAsAFile() {
    assertThat(execute("--default-config")).isZero();
    assertThat(out.toString())
        .contains("\nproduct_name: \"codis-demo\"\n")
        .contains("\ncoordinator_session_timeout: 6s\n");
  }

  @Test
  void aWrongConfigurationIsOneLineAndExitCodeTwo() {
    assertThat(execute("--set", "coordinator_session_timeout=2h")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "vodis-ha: --set coordinator_session_timeout: invalid coordinator_session_timeout '2h':"
                + " expected 1s to 60s\n");
  }

  @Test
  void aPortInUseIsToldInOneLine() {
    // Given
    Exception failure =
        new IllegalStateException(
            "wrapped", new BindException("Address already in use: 1.2.3.4:5"));

    // Then
    assertThat(OneLine.of(failure)).isEqualTo("Address already in use: 1.2.3.4:5");
    assertThat(OneLine.isBug(failure)).isFalse();
    assertThat(OneLine.isBug(new IllegalStateException("broken contract"))).isTrue();
  }

  private int execute(String... args) {
    return CommandLines.prepare(
            new CommandLine(new RoleCommand<>(SAMPLE)).setCommandName("vodis-ha"))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }
}
