package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.SlotOracle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that is down, stands still, is loading or is restarted costs only its own slots, and
 * those only until it is back.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackendFaultsIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(BackendFaultsIT.class);
  private static final int FIRST_OF_GROUP_2 = 512;
  private static final Duration RECV_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration RECOVERY = Duration.ofSeconds(30);

  /** A server that loads looks at its clients once in a thousand commands. */
  private static final int KEYS_TO_LOAD = 10_000;

  /** Per command, so that loading takes seconds on any machine. */
  private static final String LOAD_DELAY_MICROS = "150";

  /**
   * Other groups' requests may wait for the machine, but not for the faulty server: whoever does
   * waits for {@link #RECV_TIMEOUT}.
   */
  private static final Duration UNAFFECTED = Duration.ofMillis(1800);

  private VodisCluster cluster;
  private HostAndPort proxy;

  @BeforeAll
  void start() {
    cluster =
        VodisCluster.start(
            ClusterPlan.small()
                .with(Role.PROXY, "backend_recv_timeout", RECV_TIMEOUT.toMillis() + "ms")
                .withRedis(null, Map.of("appendonly", "yes", "key-load-delay", LOAD_DELAY_MICROS)));
    proxy = cluster.proxies().getFirst();
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  @Test
  void aServerThatIsDownFailsItsSlotsAtOnceAndComesBack() {
    try (SlotProbe probe = SlotProbe.start(proxy)) {
      // Given
      awaitAllWritten(probe);
      RedisProcess victim = cluster.server(1, 0);
      long killed = System.nanoTime();

      // When
      victim.kill();
      Poll.until(RECOVERY, "errors", () -> probe.failuresSince(killed, lower()) > 10);
      Poll.pass(Duration.ofSeconds(2));
      victim.restart();

      // Then
      awaitAllWritten(probe);
      LOGGER.info("down: {}", probe.errors(lower()));
      assertThat(probe.failuresSince(killed, upper())).isZero();
      assertThat(probe.takeWorst(upper())).isLessThan(UNAFFECTED);
    }
  }

  @Test
  void aServerThatStandsStillFailsItsSlotsInTimeAndComesBack() {
    try (SlotProbe probe = SlotProbe.start(proxy)) {
      // Given
      awaitAllWritten(probe);
      RedisProcess victim = cluster.server(1, 0);
      long paused = System.nanoTime();

      // When
      victim.pause();
      Poll.pass(RECV_TIMEOUT.multipliedBy(3));
      victim.resume();

      // Then
      awaitAllWritten(probe);
      Duration worst = probe.takeWorst(lower());
      LOGGER.info("paused: {}, worst {}", probe.errors(lower()), worst);
      assertThat(probe.failuresSince(paused, lower())).isPositive();
      assertThat(worst).isLessThan(RECV_TIMEOUT.plus(UNAFFECTED));
      assertThat(probe.failuresSince(paused, upper())).isZero();
      assertThat(probe.takeWorst(upper())).isLessThan(UNAFFECTED);
    }
  }

  @Test
  void aServerThatIsLoadingIsUsedOnceItHasLoaded() throws Exception {
    RedisProcess victim = cluster.server(1, 0);
    try (RespClient client = RespClient.connect(proxy);
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      // Given
      String own = SlotOracle.keyIn(1, "loading");
      String other = SlotOracle.keyIn(FIRST_OF_GROUP_2, "loading");
      client.expect("SET", own, "kept");
      try (RespClient direct = victim.client()) {
        List<String[]> filler = new ArrayList<>();
        for (int i = 0; i < KEYS_TO_LOAD; i++) {
          filler.add(new String[] {"SET", "filler" + i, "x"});
        }
        assertThat(direct.pipeline(filler)).containsOnly("OK");
      }

      // When
      victim.kill();
      Future<?> restart = threads.submit(victim::restart);

      // Then
      List<String> refusals = new ArrayList<>();
      Poll.until(
          RECOVERY,
          () -> "the value is read, refusals " + refusals,
          () -> {
            assertThat(client.call("SET", other, "1")).isEqualTo("OK");
            Object reply = client.call("GET", own);
            if (reply instanceof RespError error) {
              refusals.add(error.message());
              return false;
            }
            assertThat(reply).isEqualTo("kept");
            return true;
          });
      restart.get(RECOVERY.toSeconds(), TimeUnit.SECONDS);
      LOGGER.info("loading: {}", Set.copyOf(refusals));
      assertThat(refusals).anyMatch(message -> message.startsWith("LOADING "));
      assertThat(client.expectNumber("DBSIZE")).isGreaterThan(KEYS_TO_LOAD);
    }
  }

  @Test
  void aPipelineOverBothServersAnswersInOrderWhileOneIsDown() {
    // Given
    RedisProcess victim = cluster.server(1, 0);
    String own = SlotOracle.keyIn(2, "order");
    String other = SlotOracle.keyIn(FIRST_OF_GROUP_2 + 2, "order");
    victim.kill();

    // When
    List<Object> replies;
    try (RespClient client = RespClient.connect(proxy)) {
      replies =
          client.pipeline(
              List.of(
                  new String[] {"SET", other, "1"},
                  new String[] {"SET", own, "1"},
                  new String[] {"GET", other},
                  new String[] {"MGET", own, other},
                  new String[] {"PING"}));
    }
    victim.restart();

    // Then
    assertThat(replies).hasSize(5);
    assertThat(replies.get(0)).isEqualTo("OK");
    assertThat(replies.get(1)).isInstanceOf(RespError.class);
    assertThat(replies.get(2)).isEqualTo("1");
    assertThat(replies.get(3)).isInstanceOf(RespError.class);
    assertThat(replies.get(4)).isEqualTo("PONG");
    cluster.awaitServing(proxy);
  }

  private static void awaitAllWritten(SlotProbe probe) {
    long since = System.nanoTime();
    Poll.until(
        RECOVERY,
        () -> "writes to all slots, errors " + probe.errors(slotId -> true),
        () -> probe.allSucceededSince(since));
  }

  private static java.util.function.IntPredicate lower() {
    return slotId -> slotId < FIRST_OF_GROUP_2;
  }

  private static java.util.function.IntPredicate upper() {
    return slotId -> slotId >= FIRST_OF_GROUP_2;
  }
}
