package io.vodis.it;

import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Processes;
import io.vodis.testsupport.ZooKeeperServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGHUP to processes of all roles; what it does in a proxy: {@link ProxyProcessIT}. */
class ReloadIT {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final List<String> ROLES = List.of("proxy", "topom", "ha", "metrics");

  private ZooKeeperServer store;

  @BeforeEach
  void startStore() {
    store = ZooKeeperServer.start();
  }

  @AfterEach
  void stopStore() {
    store.close();
  }

  private void configure(Path directory, String role, String ports, String logLevel)
      throws IOException {
    Files.writeString(
        directory.resolve(role + ".yaml"),
        """
        product_name: reload
        coordinator_addr: %s
        advertised_host: 127.0.0.1
        log_level: %s
        %s
        """
            .formatted(store.address(), logLevel, ports));
  }

  private static String ports(String role) {
    String admin = "admin_addr: 127.0.0.1:" + FreePorts.next();
    return role.equals("proxy")
        ? admin + "\nproxy_addr: 127.0.0.1:" + FreePorts.next() + "\nproxy_table_dir: \"\""
        : admin;
  }

  private static JavaProcess vodis(String... arguments) {
    return JavaProcess.ofClass("io.vodis.launcher.Vodis", JavaProcess.LIGHT, List.of(arguments));
  }

  @Test
  void eachRoleAloneReadsItsFileAgain(@TempDir Path directory) throws IOException {
    try (Alone topom = new Alone("topom", directory);
        Alone ha = new Alone("ha", directory);
        Alone metrics = new Alone("metrics", directory)) {
      for (Alone role : List.of(topom, ha, metrics)) {
        role.readsItsFileAgain();
      }
    }
  }

  /** A role in a process of its own. */
  private final class Alone implements AutoCloseable {

    private final String role;
    private final Path directory;
    private final String ports;
    private final JavaProcess process;

    Alone(String role, Path directory) throws IOException {
      this.role = role;
      this.directory = directory;
      this.ports = ports(role);
      configure(directory, role, ports, "info");
      this.process = vodis(role, "--conf", directory.resolve(role + ".yaml").toString());
    }

    void readsItsFileAgain() throws IOException {
      // Given
      process.awaitOutput(" is up on ", START_TIMEOUT);
      // When
      reloadWith("debug");
      // Then
      process.awaitOutput(
          "reload of " + role + ": in force now: log_level; needs a restart: nothing", SOON);
      // When a mistake is made
      reloadWith("chatty");
      // Then
      process.awaitOutput("; nothing was changed", SOON);
      // When it is mended
      reloadWith("info\nproduct_auth: other");
      // Then
      process.awaitOutput(
          "reload of " + role + ": in force now: log_level; needs a restart: product_auth", SOON);
    }

    private void reloadWith(String logLevel) throws IOException {
      configure(directory, role, ports, logLevel);
      Processes.signal(process.pid(), "HUP");
    }

    @Override
    public void close() {
      process.close();
    }
  }

  @Test
  void allRolesInOneProcessReadTheirFilesAgain(@TempDir Path directory) throws IOException {
    List<String> ports = new ArrayList<>();
    for (String role : ROLES) {
      ports.add(ports(role));
      configure(directory, role, ports.getLast(), "info");
    }
    try (JavaProcess process = vodis("all", "--conf", directory.toString())) {
      // Given
      process.awaitOutput("vodis all of reload is up", START_TIMEOUT);
      // When
      for (int i = 0; i < ROLES.size(); i++) {
        configure(directory, ROLES.get(i), ports.get(i), "debug");
      }
      Processes.signal(process.pid(), "HUP");
      // Then
      for (String role : ROLES) {
        process.awaitOutput("reload of " + role + ": in force now: log_level", SOON);
      }
    }
  }
}
