package io.vodis.topom;

import static io.vodis.topom.TestProduct.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.SlotAction;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.TcpRelay;
import io.vodis.topom.edit.ControlEdits.Settings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The target of a move stands still, is replaced, and goes on before it hears of that. */
class TargetReplacedTest {

  private static final int KEYS = 20;

  @Test
  void whatIsSentToItAfterThatStaysOnItsSource() throws Exception {
    try (TestProduct product = new TestProduct()) {
      // Given a slot that is being moved, and a MIGRATE that a proxy has sent and the network holds
      product.startTopom();
      TestProxy proxy = product.startProxy();
      RedisProcess source = product.startServer();
      RedisProcess target = product.startServer();
      RedisProcess replica = product.startServer();
      product.group(1, target, replica);
      product.group(2, source);
      product.leader().assignSlots(0, 1023, 2);
      product.awaitServing(proxy, 0, source.address());
      product.awaitReplicas(1);
      for (int i = 0; i < KEYS; i++) {
        source.call("SET", "{foo}" + i, "value");
      }
      int slotId = TestProduct.slotOf("foo");
      product.leader().changeMigration(now -> new Settings(null, null, 2, null));
      product.leader().migrateSlots(slotId, slotId, 1);
      Poll.until(
          PATIENCE,
          "the slot is open",
          () -> product.topology().slot(slotId).action() instanceof SlotAction.Migrating);
      // Nothing is moved but what that MIGRATE moves, and what has moved before is replicated.
      product.leader().pauseActions();
      Poll.pass(Duration.ofMillis(300));
      TestProduct.fill(target, 1, 1);
      try (TcpRelay relay = TcpRelay.to(source.address());
          RespClient mover = RespClient.connect(relay.address())) {
        mover.call("CLIENT", "SETNAME", "vodis:proxy:any:pull:0:1");
        relay.hold(TcpRelay.Direction.FORTH);
        String port = Integer.toString(target.port());
        String last = "{foo}" + (KEYS - 1);
        mover.send(
            "MIGRATE", target.address().host(), port, "", "0", "3000", "KEYS", last, "{foo}18");
        mover.flush();

        // When
        target.pause();
        product.failOver(target.address());
        Poll.until(
            PATIENCE,
            "replaced",
            () -> product.topology().primaryOf(1).orElseThrow().equals(replica.address()));
        relay.release(TcpRelay.Direction.FORTH);
        Poll.pass(Duration.ofMillis(200));
        target.resume();
        product.leader().changeMigration(now -> new Settings(null, null, 0, null));
        product.leader().resumeActions();
        product.awaitIdle();

        // Then
        for (int i = 0; i < KEYS; i++) {
          assertThat(replica.call("GET", "{foo}" + i)).as("key %d", i).isEqualTo("value");
        }
      }
    }
  }
}
