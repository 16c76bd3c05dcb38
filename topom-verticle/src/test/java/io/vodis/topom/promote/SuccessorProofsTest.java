package io.vodis.topom.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import io.vodis.testsupport.RedisProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A target dies before its replica has heard that slots were opened on it. */
class SuccessorProofsTest {

  private static final String PROOFS = new String(SlotProof.key(), StandardCharsets.US_ASCII);
  private static final int FOO = slotOf("foo");
  private static final int BAR = slotOf("bar");

  private static Vertx vertx;
  private static RedisProcess source;
  private static RedisProcess successor;
  private VertxRedisAdmin admin;

  @BeforeAll
  static void startServers() {
    vertx = Vertx.vertx();
    source = RedisProcess.start();
    successor = RedisProcess.start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    successor.close();
    vertx.close().await();
  }

  @BeforeEach
  void connect() {
    admin = new VertxRedisAdmin(vertx, ServerAccess.withPassword(""), "");
    source.call("FLUSHALL");
    successor.call("FLUSHALL");
  }

  @AfterEach
  void disconnect() {
    admin.close();
  }

  @Test
  void isGivenTheNumberWhenItHasNoKeyThatTheSourceHas() {
    source.call("SET", "foo", "current");
    successor.call("SET", "foo", "from before the slot was opened");
    successor.call("SET", "{foo}2", "in one place only");
    successor.call("SET", "bar", "of another slot");
    complete(migrating(FOO, 7));
    assertThat(source.call("GET", "foo")).isEqualTo("current");
    assertThat(successor.call("EXISTS", "foo")).isEqualTo(0L);
    assertThat(successor.call("EXISTS", "{foo}2", "bar")).isEqualTo(2L);
    assertThat(successor.call("HGETALL", PROOFS)).isEqualTo(List.of(Integer.toString(FOO), "7"));
  }

  @Test
  void whatHasItIsLeftAlone() {
    successor.call("HSET", PROOFS, Integer.toString(FOO), "7");
    source.call("SET", "foo", "brought back");
    successor.call("SET", "foo", "has moved");
    source.call("SET", "bar", "current");
    successor.call("SET", "bar", "leftover");
    complete(migrating(FOO, 7), migrating(BAR, 8));
    assertThat(successor.call("GET", "foo")).isEqualTo("has moved");
    assertThat(successor.call("EXISTS", "bar")).isEqualTo(0L);
    assertThat(successor.call("HGET", PROOFS, Integer.toString(BAR))).isEqualTo("8");
  }

  @Test
  void slotsThatAreNotOpenUnderANumberNeedNone() {
    source.call("SET", "foo", "source");
    successor.call("SET", "foo", "target");
    complete(migrating(FOO, 0), new SlotMapping(BAR, 1, new SlotAction.Pending(2, 2)));
    assertThat(successor.call("GET", "foo")).isEqualTo("target");
    assertThat(successor.call("EXISTS", PROOFS)).isEqualTo(0L);
  }

  /** Its action says where it goes now; the number is that of the way there. */
  @Test
  void aSlotThatIsFencedForItsWayBackMayBeOpenAgain() {
    source.call("SET", "foo", "current");
    successor.call("SET", "foo", "from before the slot was opened");
    complete(
        new SlotMapping(
            FOO, 2, new SlotAction.Preparing(1, 1, true, List.of(), MigrationMethod.MIGRATE, 7)));
    assertThat(successor.call("EXISTS", "foo")).isEqualTo(0L);
    assertThat(successor.call("HGET", PROOFS, Integer.toString(FOO))).isEqualTo("7");
  }

  private static SlotMapping migrating(int slotId, long proof) {
    return new SlotMapping(
        slotId,
        1,
        new SlotAction.Migrating(1, 2, false, List.of(), MigrationMethod.MIGRATE, proof));
  }

  /** The group that is moved to has the successor for a primary. */
  private void complete(SlotMapping... moving) {
    List<SlotMapping> slots = new ArrayList<>(Topology.empty("p").slots());
    for (SlotMapping slot : moving) {
      slots.set(slot.slotId(), slot);
    }
    Topology topology =
        new Topology(
            "p", 1, slots, Map.of(1, group(1, source.address()), 2, group(2, successor.address())));
    new SuccessorProofs(admin, Duration.ofSeconds(2))
        .complete(topology, 2, successor.address(), () -> {});
  }

  private static Group group(int groupId, HostAndPort primary) {
    return new Group(groupId, List.of(Server.of(primary)), Promotion.NONE);
  }

  private static int slotOf(String key) {
    return SlotHash.slotOf(key.getBytes(StandardCharsets.UTF_8));
  }
}
