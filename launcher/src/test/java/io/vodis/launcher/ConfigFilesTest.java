package io.vodis.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.lifecycle.RoleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigFilesTest {

  @ParameterizedTest
  @MethodSource("io.vodis.launcher.Roles#all")
  void theFileInConfIsTheRolesDefaults(RoleDefinition<?> role) throws IOException {
    // Given
    Path file = Path.of("../conf", role.role().id() + ".yaml");

    // Then
    assertThat(Files.readString(file))
        .as("renew it with ./vodis --default-config %s > conf/%1$s.yaml", role.role().id())
        .isEqualTo(role.defaultConfig());
    assertThat(role.load(file, Map.of())).isEqualTo(role.defaults());
  }
}
