package io.vodis.it.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.testsupport.ServerBinary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code redis-cli} in the ways operators use it. */
@ExtendWith(SharedProduct.Extension.class)
class RedisCliIT {

  private static final Optional<Path> TOOL = ServerBinary.onPath("redis-cli");

  private final SharedProduct product;

  RedisCliIT(SharedProduct product) {
    this.product = product;
  }

  @BeforeAll
  static void findTool() {
    assumeTrue(TOOL.isPresent(), "redis-cli is not installed (Debian: redis-tools)");
  }

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(TOOL.orElseThrow().toString());
    command.addAll(List.of("-h", product.address().host()));
    command.addAll(List.of("-p", Integer.toString(product.address().port())));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private String cli(String input, String... arguments) {
    return Tool.run(Path.of("."), input, command(arguments));
  }

  @Test
  void pipesAndScansMillionsInTheSameWay() {
    StringBuilder mass = new StringBuilder();
    int count = 20_000;
    for (int i = 0; i < count; i++) {
      String key = "cli-mass:" + i;
      mass.append("*3\r\n$3\r\nSET\r\n$").append(key.length()).append("\r\n").append(key);
      mass.append("\r\n$1\r\nv\r\n");
    }
    String piped = cli(mass.toString(), "--pipe");
    assertThat(piped).contains("errors: 0, replies: " + count);

    String scanned = cli("", "--scan", "--pattern", "cli-mass:*");
    assertThat(scanned.lines().distinct().count()).isEqualTo(count);
  }

  @Test
  void biggestKeysAreFound() {
    cli("", "RPUSH", "cli-big:list", "a", "b", "c", "d");
    cli("", "SET", "cli-big:text", "x".repeat(30_000));
    cli("", "HSET", "cli-big:hash", "f", "v");

    String report = cli("", "--bigkeys");

    assertThat(report).contains("Biggest string found", "cli-big:text", "30000 bytes");
    assertThat(report).contains("Biggest   list found");
    assertThat(cli("", "--memkeys")).contains("cli-big:text");
  }

  @Test
  void repliesAreShownInBothProtocols() {
    cli("", "HSET", "cli:shown", "f", "1");
    assertThat(cli("", "HGETALL", "cli:shown")).isEqualTo("f\n1\n");
    assertThat(cli("", "-3", "--no-raw", "HGETALL", "cli:shown")).isEqualTo("1# \"f\" => \"1\"\n");
    assertThat(cli("", "-3", "--no-raw", "GET", "cli:none")).isEqualTo("(nil)\n");
    assertThat(cli("", "INFO", "server")).contains("redis_version:");
    assertThat(cli("PING\nSET cli:stdin 1\nGET cli:stdin\n")).isEqualTo("PONG\nOK\n1\n");
    assertThat(cli("MULTI\nSET cli:tx 1\nINCR cli:tx\nEXEC\n"))
        .isEqualTo("OK\nQUEUED\nQUEUED\nOK\n2\n");
    assertThat(cli("", "--no-raw", "EVAL", "return {1,{2,'x'}}", "1", "cli:script"))
        .contains("2) \"x\"");
  }

  @Test
  void monitorShowsWhatOthersDo() throws IOException {
    Process monitor = Tool.start(Path.of("."), command("MONITOR"));
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(monitor.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> seen = new CopyOnWriteArrayList<>();
      Thread reader = Thread.ofVirtual().start(() -> lines.lines().forEach(seen::add));
      await().atMost(Duration.ofSeconds(20)).until(() -> seen.contains("OK"));

      cli("", "SET", "cli:monitored", "value with blanks");

      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  seen.stream()
                      .anyMatch(
                          line ->
                              line.endsWith("\"SET\" \"cli:monitored\" \"value with blanks\"")));
      monitor.destroy();
      reader.interrupt();
    } finally {
      monitor.destroyForcibly();
    }
  }
}
