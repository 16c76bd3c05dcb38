package io.vodis.topom;

import static io.vodis.topom.TestProduct.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import io.vodis.model.PinnedKey.Phase;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that are moved alone, as the leader drives them. */
class BigKeysTest {

  private static final String BIG = "big";
  private static final String VALUE = "v".repeat(100_000);
  private static final int SLOT = TestProduct.slotOf(BIG);
  private static final PinnedKey PINNED = PinnedKey.served(0, BIG.getBytes(StandardCharsets.UTF_8));

  private TestProduct product;
  private TestProxy proxy;
  private RedisProcess source;
  private RedisProcess target;

  @BeforeEach
  void start() {
    product = new TestProduct();
    product.startTopom();
    proxy = product.startProxy();
    source = product.startServer();
    target = product.startServer();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitServing(proxy, SLOT, source.address());
    source.call("SET", BIG, VALUE);
  }

  @AfterEach
  void stop() throws Exception {
    product.close();
  }

  private SlotRoute migrating(PinnedKey... pinned) {
    return new SlotRoute.Migrating(
        source.address(),
        target.address(),
        false,
        List.of(pinned),
        MigrationMethod.REVOCABLE_MIGRATE,
        0);
  }

  private static boolean hasPhase(FillSlots table, Phase phase) {
    return table.ranges().stream()
        .anyMatch(
            range ->
                range.route() instanceof SlotRoute.Migrating moving
                    && moving.pinned().contains(PINNED.in(phase)));
  }

  private List<PinnedKey> pinned() {
    return product.topology().slot(SLOT).action() instanceof SlotAction.Moving moving
        ? moving.pinned()
        : List.of();
  }

  @Test
  void everyProxyHearsOfEachPhaseBeforeTheNext() {
    // Given keys of another database, and what an earlier attempt has left
    try (RespClient client = source.client()) {
      client.expect("SELECT", "5");
      client.expect("SET", "{" + BIG + "}5", VALUE);
      client.expect("PEXPIRE", "{" + BIG + "}5", "600000");
    }
    target.call("SET", "__vodis:copy:" + BIG, "leftover");
    target.call("SET", BIG, "leftover");
    // When
    product.leader().migrateSlots(SLOT, SLOT, 2);
    product.awaitIdle();
    product.awaitServing(proxy, SLOT, target.address());
    // Then
    PinnedKey other = PinnedKey.served(5, ("{" + BIG + "}5").getBytes(StandardCharsets.UTF_8));
    List<SlotRoute> routes = proxy.routesOf(SLOT);
    for (PinnedKey key : List.of(PINNED, other)) {
      assertThat(
              routes.stream()
                  .filter(SlotRoute.Migrating.class::isInstance)
                  .flatMap(route -> ((SlotRoute.Migrating) route).pinned().stream())
                  .filter(key::isSameKeyAs)
                  .map(PinnedKey::phase)
                  .distinct())
          .containsExactly(Phase.SERVED, Phase.COPYING, Phase.FENCED);
    }
    assertThat(routes).contains(migrating());
    assertThat(target.call("GET", BIG)).isEqualTo(VALUE);
    assertThat(TestProduct.keysOn(target)).isEqualTo(1L);
    assertThat(TestProduct.keysOn(source)).isEqualTo(0L);
    try (RespClient client = target.client()) {
      client.expect("SELECT", "5");
      assertThat(client.expectNumber("DBSIZE")).isEqualTo(1);
      assertThat(client.expectNumber("STRLEN", "{" + BIG + "}5")).isEqualTo(VALUE.length());
      assertThat(client.expectNumber("PTTL", "{" + BIG + "}5")).isBetween(500_000L, 600_000L);
    }
  }

  @Test
  void aKeyIsGivenBackIfAProxyGoesOnWritingIt() {
    // Given
    proxy.refuse(table -> hasPhase(table, Phase.COPYING));
    // When
    product.leader().migrateSlots(SLOT, SLOT, 2);
    Poll.until(
        PATIENCE,
        "the key is listed",
        () ->
            product.leader().view().actions().stream()
                .anyMatch(action -> action.bigKeys().contains(BIG)));
    Poll.until(
        PATIENCE,
        "the key is given back",
        () -> proxy.route(SLOT).equals(migrating(PINNED)) && waitsForTheProxy());
    // Then nothing was copied
    assertThat(TestProduct.keysOn(target)).isEqualTo(0L);
    assertThat(source.call("GET", BIG)).isEqualTo(VALUE);
    // And it goes on by itself
    proxy.deafen(false);
    product.awaitIdle();
    assertThat(target.call("GET", BIG)).isEqualTo(VALUE);
  }

  private boolean waitsForTheProxy() {
    return product.leader().view().actions().stream()
        .anyMatch(action -> action.waitingFor().contains("acknowledgement"));
  }

  @Test
  void aKeyIsGivenBackIfAProxyGoesOnReadingIt() {
    // Given
    proxy.refuse(table -> hasPhase(table, Phase.FENCED));
    // When
    product.leader().migrateSlots(SLOT, SLOT, 2);
    Poll.until(
        PATIENCE,
        "the key is given back",
        () -> proxy.route(SLOT).equals(migrating(PINNED)) && waitsForTheProxy());
    // Then
    assertThat(source.call("GET", BIG)).isEqualTo(VALUE);
    proxy.deafen(false);
    product.awaitIdle();
    assertThat(source.call("EXISTS", BIG)).isEqualTo(0L);
    assertThat(target.call("GET", BIG)).isEqualTo(VALUE);
    assertThat(TestProduct.keysOn(target)).isEqualTo(1L);
  }

  @Test
  void aCancelledMoveLeavesTheKeyAtHome() {
    // Given a key that cannot be moved
    proxy.refuse(table -> hasPhase(table, Phase.FENCED));
    product.leader().migrateSlots(SLOT, SLOT, 2);
    Poll.until(PATIENCE, "pinned", () -> !pinned().isEmpty());
    // When
    product.leader().cancelAllActions();
    proxy.deafen(false);
    product.awaitIdle();
    // Then it has stayed, or come back
    product.awaitServing(proxy, SLOT, source.address());
    assertThat(source.call("GET", BIG)).isEqualTo(VALUE);
    assertThat(TestProduct.keysOn(source)).isEqualTo(1L);
    assertThat(TestProduct.keysOn(target)).isEqualTo(0L);
  }

  @Test
  void aTargetThatTakesNoMoreLeavesTheKeyAtHome() {
    // Given
    target.call("CONFIG", "SET", "maxmemory", "1");
    // When
    product.leader().migrateSlots(SLOT, SLOT, 2);
    Poll.until(
        PATIENCE,
        "the reason is told",
        () ->
            product.leader().view().actions().stream()
                .anyMatch(action -> action.waitingFor().contains("OOM")));
    // Then
    assertThat(source.call("GET", BIG)).isEqualTo(VALUE);
    target.call("CONFIG", "SET", "maxmemory", "0");
    product.awaitIdle();
    assertThat(target.call("GET", BIG)).isEqualTo(VALUE);
    assertThat(TestProduct.keysOn(target)).isEqualTo(1L);
  }
}
