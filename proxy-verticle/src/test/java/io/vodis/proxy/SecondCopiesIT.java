package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.config.ByteSize;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.TcpRelay;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that are on both servers of a move, and what a replica of the source knows of them. */
class SecondCopiesIT {

  private static final String PROOFS = new String(SlotProof.key(), StandardCharsets.US_ASCII);
  private static final long NUMBER = 17;
  private static final long REPLICA_WAIT_MILLIS = 400;

  private static RedisProcess source;
  private static RedisProcess target;

  private Planes planes;

  @BeforeAll
  static void startServers() {
    source = RedisProcess.start();
    target = RedisProcess.start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  @BeforeEach
  void startPlane() throws Exception {
    source.call("FLUSHALL");
    target.call("FLUSHALL");
    SlotConfig slots =
        new SlotConfig(
            Duration.ofSeconds(5),
            100_000,
            ByteSize.ofMib(64),
            16,
            Duration.ofMillis(500),
            Duration.ofMillis(REPLICA_WAIT_MILLIS),
            CrossSlot.DENY);
    planes = Planes.start(1, config -> Planes.withSlots(config, slots));
  }

  @AfterEach
  void stopPlane() throws Exception {
    planes.close();
  }

  private static SlotRoute opened(boolean returning) {
    return new SlotRoute.Migrating(
        source.address(), target.address(), returning, List.of(), MigrationMethod.MIGRATE, NUMBER);
  }

  private static void prove(String key, long number) {
    int slot = SlotHash.slotOf(key.getBytes(StandardCharsets.UTF_8));
    target.call("HSET", PROOFS, Integer.toString(slot), Long.toString(number));
  }

  @Test
  void whatASourceBringsBackDoesNotCountBesideATargetThatWasProven() throws Exception {
    prove("foo", NUMBER);
    source.call("SET", "foo", "had moved, and is back");
    target.call("SET", "foo", "written since");
    planes.installAll(opened(false));
    try (RespClient client = planes.client()) {
      assertThat(client.call("APPEND", "foo", "+")).isEqualTo(14L);
    }
    assertThat(target.call("GET", "foo")).isEqualTo("written since+");
    assertThat(source.call("EXISTS", "foo")).isEqualTo(0L);
  }

  @Test
  void inOtherDatabasesToo() throws Exception {
    prove("foo", NUMBER);
    source.call("EVAL", "redis.call('SELECT', 3) redis.call('SET', 'foo', 'back')", "0");
    target.call("EVAL", "redis.call('SELECT', 3) redis.call('SET', 'foo', 'newer')", "0");
    planes.installAll(opened(false));
    try (RespClient client = planes.client()) {
      client.expect("SELECT", "3");
      assertThat(client.call("GET", "foo")).isEqualTo("newer");
    }
  }

  /** It has lost all that was done to it since the slot was opened, so it shows what was before. */
  @Test
  void aTargetThatHasLostItsProofDoesNotCount() throws Exception {
    prove("foo", NUMBER - 1);
    source.call("SET", "foo", "not moved yet");
    target.call("SET", "foo", "from long ago");
    source.call("SET", "bar", "not moved yet");
    target.call("SET", "bar", "from long ago");
    planes.installAll(opened(false));
    try (RespClient client = planes.client()) {
      assertThat(client.call("GET", "foo")).isEqualTo("not moved yet");
      assertThat(client.call("GET", "bar")).isEqualTo("not moved yet");
    }
    assertThat(source.call("EXISTS", "foo", "bar")).isEqualTo(0L);
  }

  @Test
  void theSameHoldsForASlotThatReturns() throws Exception {
    prove("foo", NUMBER);
    source.call("SET", "foo", "had come back, and is here again");
    target.call("SET", "foo", "written since");
    source.call("SET", "bar", "not back yet");
    target.call("SET", "bar", "from before it left");
    planes.installAll(opened(true));
    try (RespClient client = planes.client()) {
      assertThat(client.call("GET", "foo")).isEqualTo("written since");
      assertThat(client.call("GET", "bar")).isEqualTo("not back yet");
    }
  }

  @Test
  void noRequestRunsOnTheTargetBeforeAReplicaKnowsThatItsKeyHasLeftTheSource() throws Exception {
    try (TcpRelay relay = TcpRelay.to(source.address());
        RedisProcess replica = RedisProcess.builder().replicaOf(relay.address()).start();
        RespClient client = planes.client()) {
      Poll.until(Duration.ofSeconds(20), () -> "in sync", () -> isConnected(replica));
      prove("foo", NUMBER);
      planes.installAll(Planes.serving(source.address()));
      client.expect("SET", "foo", "old");
      Poll.until(
          Duration.ofSeconds(5),
          () -> "replicated",
          () -> "old".equals(replica.call("GET", "foo")));
      planes.installAll(opened(false));
      // What is held up stands for a replica that lags.
      relay.delayBack(Duration.ofMillis(60));
      assertThat(client.call("DEL", "foo")).isEqualTo(1L);
      assertThat(replica.call("EXISTS", "foo")).isEqualTo(0L);
    }
  }

  @Test
  void aReplicaThatDoesNotAnswerIsNotWaitedForLong() throws Exception {
    try (TcpRelay relay = TcpRelay.to(source.address());
        RedisProcess replica = RedisProcess.builder().replicaOf(relay.address()).start();
        RespClient client = planes.client()) {
      Poll.until(Duration.ofSeconds(20), () -> "in sync", () -> isConnected(replica));
      prove("foo", NUMBER);
      prove("bar", NUMBER);
      source.call("MSET", "foo", "1", "bar", "1");
      planes.installAll(opened(false));
      replica.pause();
      long start = System.nanoTime();
      assertThat(client.call("INCR", "foo")).isEqualTo(2L);
      long first = System.nanoTime();
      assertThat(client.call("INCR", "bar")).isEqualTo(2L);
      long second = System.nanoTime();
      replica.resume();
      assertThat((first - start) / 1_000_000).isGreaterThanOrEqualTo(REPLICA_WAIT_MILLIS - 50);
      assertThat((second - first) / 1_000_000).isLessThan(REPLICA_WAIT_MILLIS - 50);
    }
  }

  /** The source counts a replica only once it has heard from it, later than the replica does. */
  private boolean isConnected(RedisProcess replica) {
    return String.valueOf(replica.call("ROLE")).contains("connected")
        && source.call("ROLE") instanceof List<?> role
        && role.get(2) instanceof List<?> replicas
        && !replicas.isEmpty();
  }
}
