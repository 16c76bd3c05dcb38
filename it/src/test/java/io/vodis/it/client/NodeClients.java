package io.vodis.it.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.ServerBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The clients of Node, if there is Node and npm can install them: {@code src/test/node} names their
 * versions, and has a program for each.
 */
final class NodeClients {

  private static final Path SOURCE = Path.of("src/test/node");
  private static final Path INSTALLED = Path.of("target/node");

  private NodeClients() {}

  /** Installs them once; a test that needs them is left out where that is not possible. */
  static void assumeInstalled() {
    assumeTrue(
        ServerBinary.onPath("node").isPresent() && ServerBinary.onPath("npm").isPresent(),
        "Node and npm are not installed");
    assumeTrue(Installation.TROUBLE.isEmpty(), "npm cannot install: " + Installation.TROUBLE);
  }

  /** Runs a program against an address; it says at its end that all went well. */
  static void run(String program, HostAndPort address) {
    List<String> command =
        List.of("node", program + ".js", address.host(), Integer.toString(address.port()));
    assertThat(Tool.run(INSTALLED, "", command)).contains(program + ": all went well");
  }

  private static final class Installation {

    static final String TROUBLE = install();

    private static String install() {
      try {
        Files.createDirectories(INSTALLED);
        try (var files = Files.list(SOURCE)) {
          for (Path file : files.toList()) {
            Files.copy(
                file, INSTALLED.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
          }
        }
        Tool.run(INSTALLED, "", List.of("npm", "ci", "--prefer-offline"));
        return "";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (AssertionError failed) {
        return String.valueOf(failed.getMessage());
      }
    }
  }
}
