package io.vodis.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.info.ServerReports;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisAdminException.Kind;
import io.vodis.redis.Reply;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often servers are asked, when many want to know what they say. */
class ServerSurveyTest {

  private static final HostAndPort SERVER = new HostAndPort("server", 1);

  private final AtomicInteger asked = new AtomicInteger();
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore lost = new Semaphore(0);
  private final Semaphore mayAnswer = new Semaphore(0);
  private final ServerSurvey survey = new ServerSurvey(server(), Duration.ofSeconds(10));

  /** A server that answers INFO with how often it has been asked, when it may. */
  private RedisAdmin server() {
    return (RedisAdmin)
        Proxy.newProxyInstance(
            RedisAdmin.class.getClassLoader(),
            new Class<?>[] {RedisAdmin.class},
            (proxy, method, args) -> {
              if (!method.getName().equals("callAll")) {
                return null;
              }
              if (lost.tryAcquire()) {
                throw new RedisAdminException(SERVER, Kind.NO_ANSWER, "CONNECTION_CLOSED", null);
              }
              String info = "# Stats\r\nasked:" + asked.incrementAndGet() + "\r\n";
              begun.release();
              mayAnswer.acquire();
              return List.of(new Reply.Text(info.getBytes(StandardCharsets.US_ASCII)));
            });
  }

  @AfterEach
  void close() {
    mayAnswer.release(1000);
    survey.close();
  }

  private static ServerReports of(CompletableFuture<ServerReports> answer) throws Exception {
    return answer.get(10, TimeUnit.SECONDS);
  }

  @Test
  void allWhoAskWhileARoundRunsShareTheNext() throws Exception {
    // Given
    survey.servers(Set.of(SERVER), Set.of());
    begun.acquire();
    // When
    List<CompletableFuture<ServerReports>> answers =
        IntStream.range(0, 100).mapToObj(i -> survey.reports()).toList();
    mayAnswer.release();
    begun.acquire();
    CompletableFuture<ServerReports> late = survey.reports();
    mayAnswer.release(2);
    // Then
    for (CompletableFuture<ServerReports> answer : answers) {
      assertThat(of(answer)).isSameAs(of(answers.getFirst()));
    }
    assertThat(of(late)).isNotSameAs(of(answers.getFirst()));
    assertThat(asked).hasValue(3);
  }

  @Test
  void aConnectionThatBreaksIsNotTheEndOfIt() throws Exception {
    // Given
    survey.servers(Set.of(SERVER), Set.of());
    mayAnswer.release(10);
    // When
    lost.release();
    ServerReports reports = of(survey.reports());
    // Then
    assertThat(lost.availablePermits()).isZero();
    assertThat(reports.byServer()).containsOnlyKeys(SERVER);
  }

  @Test
  void whoAsksLaterHearsWhatIsSaidLater() throws Exception {
    mayAnswer.release(1000);
    survey.servers(Set.of(SERVER), Set.of());

    for (int before = 0; before < 5; before++) {
      int sofar = asked.get();
      of(survey.reports());
      assertThat(asked.get()).isGreaterThan(sofar);
    }
  }
}
