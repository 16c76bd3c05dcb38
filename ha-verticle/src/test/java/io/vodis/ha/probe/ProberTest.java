package io.vodis.ha.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vodis.ha.judge.ProbeResult;
import io.vodis.ha.judge.ProbeResult.Outcome;
import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.testsupport.FakeRedis;
import io.vodis.testsupport.FakeRedis.Answer;
import io.vodis.testsupport.FreePorts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProberTest {

  private static final String ROLE = "*3\r\n$6\r\nmaster\r\n:7\r\n*0\r\n";
  private static final String INFO =
      "redis_version:7.0.15\r\nrun_id:x\r\nrole:master\r\nused_memory:5\r\nloading:%d\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final Prober prober =
      new Prober(
          new VertxRedisAdmin(vertx, ServerAccess.withPassword(""), ""),
          Clock.SYSTEM,
          Duration.ofSeconds(3));

  @AfterEach
  void close() {
    prober.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void tellsApartWhoAnswersLoadsRefusesHangsAndIsGone() throws Exception {
    HostAndPort gone = new HostAndPort("127.0.0.1", FreePorts.next());
    try (FakeRedis fine = server(0);
        FakeRedis loading = server(1);
        FakeRedis refusing = FakeRedis.start();
        FakeRedis hanging = FakeRedis.start()) {
      // Given
      loading.on("PING", Answer.error("LOADING Redis is loading the dataset in memory"));
      refusing.on("PING", Answer.error("NOAUTH Authentication required."));
      hanging.on("PING", new Answer.Nothing());
      List<HostAndPort> servers =
          List.of(fine.address(), loading.address(), refusing.address(), hanging.address(), gone);

      // When
      long startNanos = System.nanoTime();
      Map<HostAndPort, ProbeResult> results =
          prober.probe(servers).stream()
              .collect(Collectors.toMap(ProbeResult::server, Function.identity()));
      Duration took = Duration.ofNanos(System.nanoTime() - startNanos);

      // Then
      assertThat(outcome(results, fine.address())).isEqualTo(Outcome.ANSWERED);
      assertThat(outcome(results, loading.address())).isEqualTo(Outcome.LOADING);
      assertThat(outcome(results, refusing.address())).isEqualTo(Outcome.REFUSED);
      assertThat(outcome(results, hanging.address())).isEqualTo(Outcome.FAILED);
      assertThat(outcome(results, gone)).isEqualTo(Outcome.FAILED);
      assertThat(took).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void aServerThatPingsAndDoesNotTellItsRoleIsAlive() throws Exception {
    try (FakeRedis server = FakeRedis.start()) {
      // When
      ProbeResult result = prober.probe(List.of(server.address())).getFirst();

      // Then
      assertThat(result.outcome()).isEqualTo(Outcome.ANSWERED);
      assertThat(result.status()).isNull();
      assertThat(result.detail()).contains("unknown command");
    }
  }

  private static Outcome outcome(Map<HostAndPort, ProbeResult> results, HostAndPort server) {
    return Objects.requireNonNull(results.get(server)).outcome();
  }

  private static FakeRedis server(int loading) {
    return FakeRedis.start()
        .on("ROLE", new Answer.Bytes(ROLE))
        .on("INFO", Answer.bulk(INFO.formatted(loading)));
  }
}
