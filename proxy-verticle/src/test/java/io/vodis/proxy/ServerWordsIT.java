package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the proxy answers itself is worded as by the server behind it, whichever version it has. */
class ServerWordsIT {

  private static final List<String> REQUESTS =
      List.of(
          "ACL LIST",
          "ACL GETUSER default",
          "ACL WHOAMI",
          "COMMAND GETKEYS PING",
          "COMMAND GETKEYSANDFLAGS PING",
          "COMMAND GETKEYS GET k",
          "CONFIG SET no-such-setting 1",
          "CONFIG SET timeout 0 maxclients",
          "COMMANDLOG",
          "COMMANDLOG LEN large-reply",
          "COMMANDLOG LEN x",
          "COMMANDLOG GET 0 large-reply",
          "COMMANDLOG GET -2 slow",
          "COMMANDLOG RESET large-request",
          "COMMANDLOG NOPE",
          "CONFIG GET commandlog-request-larger-than",
          "CONFIG GET commandlog-slow-execution-max-len",
          "SLOWLOG GET 1 2",
          "CLIENT PAUSE 0 WRITE x",
          "ACL LOG",
          "ACL LOG RESET",
          "ACL LOG x",
          "ACL LOG 1 2",
          "ACL CAT read x",
          "LOLWUT VERSION x",
          "COMMAND x",
          "READONLY",
          "READWRITE",
          "CLIENT CAPA redirect",
          "CLIENT KILL TYPE primary SKIPME yes",
          "CLIENT LIST NAME nobody",
          "CLIENT LIST DB x",
          "CLIENT LIST NOT-DB x",
          "CLIENT LIST FLAGS Z",
          "CLIENT LIST NOT-FLAGS Z",
          "CLIENT LIST NOT-CAPA z",
          "CLIENT LIST IDLE 0",
          "CLIENT LIST NOT-ID x",
          "CLIENT LIST NOT-MAXAGE 3");

  static List<ServerBinary> servers() {
    return ServerBinary.all();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void theProxySpeaksAsItsServer(ServerBinary binary) throws Exception {
    assumeTrue(binary.version().isAtLeast(7, 0), "errors have the words of Redis 7");
    try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start();
        Planes planes = Planes.start(1)) {
      planes.installAll(Planes.serving(server.address()));
      try (RespClient proxied = planes.client();
          RespClient plain = RespClient.connect(server.address())) {
        // Once it has heard from its server what that is and what it knows.
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(
                () -> {
                  assertThat(greeting(proxied)).isEqualTo(greeting(plain));
                  for (String first : List.of("COMMAND GETKEYS PING", "COMMANDLOG NOPE")) {
                    assertThat(proxied.call(first.split(" ")))
                        .isEqualTo(plain.call(first.split(" ")));
                  }
                });
        assertThat(valkeyVersion(proxied)).isEqualTo(valkeyVersion(plain));
        for (String request : REQUESTS) {
          String[] words = request.split(" ");
          assertThat(proxied.call(words)).as(request).isEqualTo(plain.call(words));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void theDefaultUserIsDescribedAsByItsServer(ServerBinary binary) throws Exception {
    assumeTrue(binary.version().isAtLeast(6, 0), "no users");
    try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start();
        Planes planes = Planes.start(1)) {
      planes.installAll(Planes.serving(server.address()));
      try (RespClient proxied = planes.client();
          RespClient plain = RespClient.connect(server.address())) {
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(
                () -> {
                  for (String[] words :
                      List.of(
                          new String[] {"ACL", "LIST"},
                          new String[] {"ACL", "GETUSER", "default"})) {
                    assertThat(proxied.call(words)).isEqualTo(plain.call(words));
                  }
                });
      }
    }
  }

  /** HELLO without the number of the client, and without the modules, whose paths INFO hides. */
  private static List<Object> greeting(RespClient client) {
    List<Object> greeting = new ArrayList<>((List<?>) Objects.requireNonNull(client.call("HELLO")));
    greeting.set(greeting.indexOf("id") + 1, "a number");
    return greeting.subList(0, greeting.indexOf("modules"));
  }

  /** What INFO says of it; empty if the server is none. */
  private static String valkeyVersion(RespClient client) {
    return client
        .expectText("INFO", "server")
        .lines()
        .filter(line -> line.startsWith("valkey_version:"))
        .findFirst()
        .orElse("");
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aSettingThatIsKnownButNotAllowedIsRefused(ServerBinary binary) throws Exception {
    try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start();
        Planes planes = Planes.start(1)) {
      planes.installAll(Planes.serving(server.address()));
      try (RespClient proxied = planes.client()) {
        assertThat(proxied.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"))
            .isEqualTo(
                new RespError(
                    "ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - not"
                        + " allowed through this proxy"));
      }
    }
  }
}
