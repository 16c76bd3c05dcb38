package io.vodis.it.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.testsupport.ServerBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The clients of Node, if there is Node and npm can install them: {@code src/test/node} names their
 * versions.
 */
@ExtendWith(SharedProduct.Extension.class)
class NodeClientsIT {

  private static final Path SOURCE = Path.of("src/test/node");
  private static final Path INSTALLED = Path.of("target/node");

  private final SharedProduct product;

  NodeClientsIT(SharedProduct product) {
    this.product = product;
  }

  @BeforeAll
  static void install() throws IOException {
    assumeTrue(
        ServerBinary.onPath("node").isPresent() && ServerBinary.onPath("npm").isPresent(),
        "Node and npm are not installed");
    Files.createDirectories(INSTALLED);
    try (var files = Files.list(SOURCE)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, INSTALLED.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    String trouble = "";
    try {
      Tool.run(INSTALLED, "", List.of("npm", "ci", "--prefer-offline"));
    } catch (AssertionError failed) {
      trouble = String.valueOf(failed.getMessage());
    }
    assumeTrue(trouble.isEmpty(), "npm cannot install the clients: " + trouble);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ioredis", "node-redis"})
  void theClientWorksAsItComes(String client) {
    List<String> command =
        List.of(
            "node",
            client + ".js",
            product.address().host(),
            Integer.toString(product.address().port()));

    String output = Tool.run(INSTALLED, "", command);

    assertThat(output).contains(client + ": all went well");
  }
}
