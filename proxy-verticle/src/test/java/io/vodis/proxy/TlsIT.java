package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.config.ProductConfig;
import io.vodis.config.ServerTlsConfig;
import io.vodis.model.HostAndPort;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.TestCertificate;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS to the servers, signed in as an ACL user, and TLS to the clients. */
class TlsIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static TestCertificate servers;
  private static TestCertificate clients;

  @BeforeAll
  static void make() {
    servers = TestCertificate.ofLoopback();
    clients = TestCertificate.ofLoopback();
  }

  @AfterAll
  static void end() {
    servers.close();
    clients.close();
  }

  private static ProxyConfig config(ProxyConfig config, TestCertificate ca, ClientTlsConfig tls) {
    ServerTlsConfig toServers =
        new ServerTlsConfig(
            true, ca.cert().toString(), servers.cert().toString(), servers.key().toString(), true);
    ListenConfig listen = config.listen();
    return new ProxyConfig(
        new ProductConfig("shop", "s3cret", "vodis", List.of(), toServers),
        config.coordinator(),
        config.log(),
        new ListenConfig(
            listen.proxyAddr(),
            listen.adminAddr(),
            listen.proxyDatacenter(),
            listen.proxyMaxClients(),
            listen.proxyLoops(),
            listen.proxyDrainTimeout(),
            tls),
        config.session(),
        config.backend(),
        config.slot(),
        config.command(),
        config.server(),
        config.pubsub(),
        config.isolation());
  }

  private static ClientTlsConfig ofClients(boolean theyShowOne) {
    return new ClientTlsConfig(
        clients.cert().toString(),
        clients.key().toString(),
        theyShowOne ? clients.cert().toString() : "");
  }

  private static RedisProcess server() {
    return RedisProcess.builder()
        .tls(servers)
        .option("user", "vodis", "on", ">s3cret", "~*", "&*", "+@all")
        .password("not for us")
        .start();
  }

  private static HostAndPort address(Planes planes) {
    return new HostAndPort("127.0.0.1", planes.plane.proxyPort());
  }

  @Test
  void requestsOfEveryKindPassOverTlsOnBothSides() throws Exception {
    try (RedisProcess server = server();
        Planes planes = Planes.start(2, config -> config(config, servers, ofClients(false)))) {
      planes.installAll(Planes.serving(server.tlsAddress()));
      try (RespClient client = RespClient.connect(address(planes), clients.context());
          RespClient resp3 = RespClient.connect(address(planes), clients.context())) {
        // A value far larger than a record of TLS and than any buffer, there and back.
        String large = "v".repeat(3 << 20);
        assertThat(client.call("SET", "large", large)).isEqualTo("OK");
        assertThat(client.call("GET", "large")).isEqualTo(large);

        // A pipeline of small ones, in order.
        List<String[]> pipeline = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
          pipeline.add(new String[] {"SET", "k" + i, "v" + i});
          pipeline.add(new String[] {"GET", "k" + i});
        }
        List<Object> replies = client.pipeline(pipeline);
        for (int i = 0; i < 5_000; i++) {
          assertThat(replies.get(2 * i)).isEqualTo("OK");
          assertThat(replies.get(2 * i + 1)).isEqualTo("v" + i);
        }

        // Connections of their own: a transaction, a subscription, another protocol, a database.
        assertThat(client.call("WATCH", "k1")).isEqualTo("OK");
        assertThat(client.call("MULTI")).isEqualTo("OK");
        assertThat(client.call("INCR", "{k1}n")).isEqualTo("QUEUED");
        assertThat(client.call("EXEC")).isEqualTo(List.of(1L));
        assertThat(client.call("SUBSCRIBE", "news")).isEqualTo(List.of("subscribe", "news", 1L));
        resp3.expect("HELLO", "3");
        resp3.expect("SELECT", "2");
        assertThat(resp3.call("HSET", "h", "f", "v")).isEqualTo(1L);
        assertThat(resp3.call("HGETALL", "h")).isEqualTo(java.util.Map.of("f", "v"));
        assertThat(resp3.call("PUBLISH", "news", "hello")).isEqualTo(1L);
        assertThat(client.receive()).isEqualTo(List.of("message", "news", "hello"));
        assertThat(resp3.call("ACL", "WHOAMI")).isEqualTo("default");
      }
      assertThat(server.log()).doesNotContain("s3cret");
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsNotSpokenTo() throws Exception {
    try (RedisProcess server = server();
        Planes planes = Planes.start(1, config -> config(config, clients, ClientTlsConfig.OFF))) {
      planes.installAll(Planes.serving(server.tlsAddress()));
      try (RespClient client = planes.client()) {
        assertThat(client.call("GET", "k")).isInstanceOf(RespError.class);
        assertThat(client.call("PING")).isEqualTo("PONG");
      }
    }
  }

  @Test
  void clientsShowACertificateIfTheyHaveTo() throws Exception {
    try (Planes planes = Planes.start(1, config -> config(config, servers, ofClients(true)))) {
      try (RespClient client = RespClient.connect(address(planes), clients.context())) {
        assertThat(client.call("PING")).isEqualTo("PONG");
      }
      assertThatThrownBy(
              () -> {
                try (RespClient client = RespClient.connect(address(planes), servers.context())) {
                  client.call("PING");
                }
              })
          .isInstanceOf(UncheckedIOException.class);
      try (RespClient plain = planes.client()) {
        assertThatThrownBy(() -> plain.call("PING")).isInstanceOf(UncheckedIOException.class);
      }
    }
  }

  @Test
  void aRenewedCertificateIsShownAfterAReload() throws Exception {
    try (TestCertificate shown = TestCertificate.ofLoopback();
        TestCertificate renewed = TestCertificate.ofLoopback()) {
      ClientTlsConfig tls =
          new ClientTlsConfig(shown.cert().toString(), shown.key().toString(), "");
      ProxyConfig[] started = new ProxyConfig[1];
      try (Planes planes =
          Planes.start(
              1,
              config -> {
                started[0] = config(config, servers, tls);
                return started[0];
              })) {
        try (RespClient before = RespClient.connect(address(planes), shown.context())) {
          // When
          shown.replaceFiles(renewed);
          planes.plane.reload(started[0], started[0]);

          // Then
          Poll.until(
              TIMEOUT,
              "the renewed certificate is shown",
              () -> {
                try (RespClient after = RespClient.connect(address(planes), renewed.context())) {
                  return "PONG".equals(after.call("PING"));
                } catch (UncheckedIOException notYet) {
                  return false;
                }
              });
          assertThat(before.call("PING")).isEqualTo("PONG");
        }
      }
    }
  }
}
