package io.vodis.topom;

import static io.vodis.topom.TestProduct.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply.KeysMoved;
import io.vodis.bus.TopomCommand.MoveKeys;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.topom.edit.ControlEdits.Settings;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that a proxy asks for, from a server that forbids MIGRATE. */
class RequestedMovesTest {

  private static final String KEY = "key-0";
  private static final int SLOT = TestProduct.slotOf(KEY);

  private TestProduct product;
  private TestProxy proxy;
  private RedisProcess source;
  private RedisProcess target;

  @BeforeEach
  void start() {
    product = new TestProduct();
    product.startTopom();
    proxy = product.startProxy();
    source = product.startServerWithoutMigrate();
    target = product.startServerWithoutMigrate();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitServing(proxy, SLOT, source.address());
    source.call("SET", KEY, "v");
  }

  @AfterEach
  void stop() throws Exception {
    product.close();
  }

  private List<Integer> ask(RedisProcess from, RedisProcess to, String... keys) {
    List<String> encoded =
        Stream.of(keys)
            .map(key -> key.getBytes(StandardCharsets.UTF_8))
            .map(Base64.getEncoder()::encodeToString)
            .toList();
    return BusClient.ask(
            product.vertx,
            Addresses.TOPOM,
            Addresses.TOPOM.in(product.name),
            new MoveKeys(from.address(), to.address(), 0, encoded, 0),
            PATIENCE,
            KeysMoved.class)
        .left();
  }

  private void beginToMoveSlowly() {
    product.leader().changeMigration(now -> new Settings(null, null, 1, null));
    for (int i = 0; i < 50; i++) {
      source.call("SET", "{" + KEY + "}" + i, "v");
    }
    product.leader().migrateSlots(SLOT, SLOT, 2);
    Poll.until(
        PATIENCE,
        "the proxy knows how",
        () ->
            proxy.route(SLOT) instanceof SlotRoute.Migrating moving
                && moving.method() == MigrationMethod.DUMP);
  }

  @Test
  void onlyKeysOfSlotsThatAreOnThatWayAreMoved() {
    // Given a slot at rest, and one on its way
    String other = "{elsewhere}";
    source.call("SET", other, "v");
    assertThat(ask(source, target, KEY)).containsExactly(0);
    beginToMoveSlowly();

    // When / Then
    assertThat(ask(source, target, other, KEY, "{" + KEY + "}none")).containsExactly(0);
    assertThat(target.call("GET", KEY)).isEqualTo("v");
    assertThat(source.call("EXISTS", KEY)).isEqualTo(0L);
    assertThat(source.call("EXISTS", other)).isEqualTo(1L);
    assertThat(ask(target, source, KEY)).containsExactly(0);
    assertThat(target.call("EXISTS", KEY)).isEqualTo(1L);
  }

  @Test
  void onTheWayBackKeysGoBackAndAtTheEndNothingIsLookedFor() {
    // Given
    beginToMoveSlowly();
    assertThat(ask(source, target, KEY)).isEmpty();
    target.call("SET", KEY, "changed");

    // When
    product.leader().cancelAllActions();
    Poll.until(
        PATIENCE,
        "it is on its way back",
        () ->
            product.topology().slot(SLOT).action() instanceof SlotAction.Migrating moving
                && moving.returning());

    // Then
    assertThat(ask(source, target, KEY)).containsExactly(0);
    assertThat(ask(target, source, KEY)).isEmpty();
    assertThat(source.call("GET", KEY)).isEqualTo("changed");
    product.leader().changeMigration(now -> new Settings(null, null, 0, null));
    product.awaitIdle();
    assertThat(ask(target, source, KEY)).isEmpty();
    assertThat(TestProduct.keysOn(target)).isZero();
    assertThat(TestProduct.keysOn(source)).isEqualTo(51);
  }
}
