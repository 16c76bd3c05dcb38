package io.vodis.topom;

import static io.vodis.topom.TestProduct.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotAction;
import io.vodis.redis.MoverUser;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.topom.edit.ControlEdits.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may restore keys on real servers while slots move, and their primaries are replaced. */
class MoverUsersTest {

  private TestProduct product;
  private RedisProcess source;
  private RedisProcess replica;

  /** Whichever a test opens its slot to. */
  @SuppressWarnings("NullAway.Init")
  private RedisProcess target;

  @BeforeEach
  void start() {
    product = new TestProduct();
    product.startTopom();
    source = product.startServer();
    replica = product.startServer();
  }

  @AfterEach
  void stop() throws Exception {
    product.close();
  }

  private void openASlot(RedisProcess to) {
    target = to;
    TestProxy proxy = product.startProxy();
    product.group(1, source, replica);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitServing(proxy, 0, source.address());
    product.awaitReplicas(1);
    for (int i = 0; i < 20; i++) {
      source.call("SET", "{foo}" + i, "so that the slot stays open");
    }
    Poll.until(PATIENCE, "replicated", () -> replica.keyCount() == 20);
    int slotId = TestProduct.slotOf("foo");
    product.leader().changeMigration(now -> new Settings(null, null, 2, null));
    product.leader().migrateSlots(slotId, slotId, 2);
    Poll.until(
        PATIENCE,
        "the slot is open",
        () -> product.topology().slot(slotId).action() instanceof SlotAction.Migrating);
  }

  private MigrationMethod method() {
    return ((SlotAction.Moving) product.topology().slot(TestProduct.slotOf("foo")).action())
        .method();
  }

  /** On the target, whose users these are. */
  private boolean may(HostAndPort from) {
    return rules(from).contains("+restore");
  }

  private String rules(HostAndPort from) {
    return String.valueOf(target.call("ACL", "GETUSER", MoverUser.name(from)));
  }

  private void moveTheRest() {
    product.leader().changeMigration(now -> new Settings(null, null, 0, null));
    product.awaitIdle();
    assertThat(target.keyCount()).isEqualTo(20);
  }

  @Test
  void theSuccessorMayInThePlaceOfWhomItHasReplacedAndNobodyWhenAllHasMoved() {
    // Given
    openASlot(product.startServer());
    assertThat(method()).isEqualTo(MigrationMethod.REVOCABLE_MIGRATE);
    assertThat(may(source.address())).isTrue();
    assertThat(may(replica.address())).isFalse();

    // When
    source.pause();
    product.failOver(source.address());
    Poll.until(PATIENCE, "the successor may", () -> may(replica.address()));

    // Then
    assertThat(may(source.address())).isFalse();
    assertThat(rules(source.address())).as("it can sign in, as nobody").contains("on");
    moveTheRest();
    source.resume();
    Poll.until(PATIENCE, "nobody may", () -> !may(replica.address()));
  }

  @Test
  void aTargetThatDoesNotAnswerHoldsUpNoFailoverButTheSuccessor() {
    // Given
    openASlot(product.startServer());

    // When
    target.pause();
    source.kill();
    product.failOver(source.address());
    Poll.until(
        PATIENCE,
        "replaced",
        () -> product.topology().primaryOf(1).orElseThrow().equals(replica.address()));
    target.resume();
    Poll.until(PATIENCE, "the successor may", () -> may(replica.address()));

    // Then
    assertThat(may(source.address())).isFalse();
    moveTheRest();
  }

  @Test
  void aTargetThatHasForgottenIsToldAgain() {
    // Given
    openASlot(product.startServer());

    // When
    target.kill();
    target.restart();

    // Then
    Poll.until(PATIENCE, "it may again", () -> may(source.address()));
    assertThat(rules(replica.address())).as("it can sign in, as nobody").contains("on");
    product.leader().changeMigration(now -> new Settings(null, null, 0, null));
    product.awaitIdle();
    assertThat(source.keyCount()).isZero();
  }

  @Test
  void whereAServerLetsNobodyMakeUsersKeysMoveAllTheSame() {
    openASlot(product.startServerWithoutUsers());

    assertThat(method()).isEqualTo(MigrationMethod.MIGRATE);
    moveTheRest();
  }
}
