package io.vodis.topom;

import static io.vodis.topom.TestProduct.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.AuditEntry;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.topom.census.Census;
import io.vodis.topom.census.Fsck.Finding;
import io.vodis.topom.census.FsckReport;
import io.vodis.topom.census.SampleCounts;
import io.vodis.topom.census.SlotFigures;
import io.vodis.topom.census.StraySampler;
import io.vodis.topom.plan.RebalancePlan;
import io.vodis.topom.plan.RebalancePolicy;
import io.vodis.topom.plan.RebalancePolicy.Measure;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a leader finds on real servers, and does about it. */
class InspectionTest {

  private TestProduct product;
  private RedisProcess first;
  private RedisProcess second;

  @BeforeEach
  void start() {
    product = new TestProduct();
    product.startTopom();
    product.startProxy();
    first = product.startServer();
    second = product.startServer();
    product.group(1, first);
    product.group(2, second);
    product.leader().assignSlots(0, 511, 1);
    product.leader().assignSlots(512, 1023, 2);
  }

  @AfterEach
  void stop() throws Exception {
    product.close();
  }

  private static String key(String prefix, int fromSlot, int toSlot) {
    return IntStream.range(0, 100_000)
        .mapToObj(i -> prefix + i)
        .filter(k -> TestProduct.slotOf(k) >= fromSlot && TestProduct.slotOf(k) <= toSlot)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void countsKeysBytesTypesAndBiggestKeysOfEachSlot() {
    // Given
    String text = key("text", 7, 7);
    String list = key("list", 7, 7);
    String big = key("big", 600, 600);
    first.call("SET", text, "value");
    first.call("RPUSH", list, "a", "b", "c");
    second.call("SETRANGE", big, "300000", "x");
    try (RespClient client = second.client()) {
      client.call("SELECT", "3");
      client.call("SET", key("other", 600, 600), "in another database");
    }

    // When
    Census census = product.leader().census(0, 1023);

    // Then
    SlotFigures seven = census.slots().get(7);
    assertThat(seven.keys()).isEqualTo(2);
    assertThat(seven.keysByType()).isEqualTo(Map.of("string", 1L, "list", 1L));
    SlotFigures sixHundred = census.slots().get(600);
    assertThat(sixHundred.keys()).isEqualTo(2);
    assertThat(sixHundred.bytes()).isGreaterThan(300_000);
    assertThat(sixHundred.biggest().getFirst().name()).isEqualTo(big);
    assertThat(census.slots().stream().mapToLong(SlotFigures::keys).sum()).isEqualTo(4);
    assertThat(census.strayKeys()).isZero();
    assertThat(product.leader().census(600, 600).slots()).hasSize(1);
  }

  @Test
  void findsKeysThatAreAstrayAndRepairsOnlyWhenToldTo() {
    // Given
    String lone = key("lone", 600, 600);
    String twice = key("twice", 700, 700);
    String right = key("right", 0, 511);
    first.call("SET", lone, "only here");
    first.call("SET", twice, "old copy");
    second.call("SET", twice, "the owner's");
    first.call("SET", right, "as it should be");

    // When
    FsckReport look = product.leader().fsck(false);

    // Then
    assertThat(look.findings())
        .extracting(
            finding -> finding.stray().name() + " " + finding.kind() + " " + finding.outcome())
        .containsExactlyInAnyOrder(lone + " ONLY_COPY found", twice + " SECOND_COPY found");
    assertThat(first.call("DBSIZE")).isEqualTo(3L);

    // When
    FsckReport repair = product.leader().fsck(true);

    // Then
    assertThat(repair.findings())
        .extracting(Finding::outcome)
        .containsExactlyInAnyOrder("moved", "removed");
    assertThat(second.call("GET", lone)).isEqualTo("only here");
    assertThat(second.call("GET", twice)).isEqualTo("the owner's");
    assertThat(first.call("KEYS", "*")).isEqualTo(java.util.List.of(right));
    assertThat(product.leader().fsck(true).findings()).isEmpty();
    assertThat(product.leader().audit(Long.MAX_VALUE, 1))
        .extracting(AuditEntry::action, AuditEntry::result)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("fsck with repair", "2 of 2 repaired"));
  }

  @Test
  void repairsWhatIsOnServersThatForbidMigrateInTheSameWayAsItsMovesGo() {
    // Given
    RedisProcess forbidding = product.startServerWithoutMigrate();
    product.group(3, forbidding);
    String lone = key("lone", 0, 511);
    String twice = key("twice", 0, 511);
    forbidding.call("SET", lone, "only here", "PX", "600000");
    forbidding.call("SET", twice, "old copy");
    first.call("SET", twice, "the owner's");
    String other = key("other", 600, 600);
    try (RespClient client = forbidding.client()) {
      client.expect("SELECT", "3");
      client.expect("RPUSH", other, "in", "another", "database");
    }

    // When
    FsckReport repair = product.leader().fsck(true);

    // Then
    assertThat(repair.findings())
        .extracting(Finding::outcome)
        .containsExactlyInAnyOrder("moved", "moved", "removed");
    assertThat(first.call("GET", lone)).isEqualTo("only here");
    assertThat((Long) first.call("PTTL", lone)).isBetween(500_000L, 600_000L);
    assertThat(first.call("GET", twice)).isEqualTo("the owner's");
    try (RespClient client = second.client()) {
      client.expect("SELECT", "3");
      assertThat(client.expectNumber("LLEN", other)).isEqualTo(3);
    }
    assertThat(forbidding.call("DBSIZE")).isEqualTo(0L);
    assertThat(product.leader().fsck(true).findings()).isEmpty();
  }

  @Test
  void samplesInTheBackgroundShowThatSomethingIsAstray() {
    // Given
    first.call("SET", key("lone", 600, 600), "only here");
    second.call("SET", key("right", 600, 600), "as it should be");
    SampleCounts counts = new SampleCounts();
    try (RedisAdmin admin =
        new VertxRedisAdmin(product.vertx, ServerAccess.withPassword(""), "sampler")) {
      // When
      Topology topology = product.topology();
      new StraySampler(admin, () -> topology, counts).round();
    }

    // Then
    assertThat(counts.sampled().sum()).isEqualTo(40);
    assertThat(counts.strays().sum()).isEqualTo(20);
  }

  @Test
  void leavesAKeyWhoseSlotHasNoOwner() {
    // Given
    product.leader().offlineSlots(600, 600);
    String lone = key("lone", 600, 600);
    second.call("SET", lone, "only here");

    // When
    FsckReport repair = product.leader().fsck(true);

    // Then
    assertThat(repair.findings().getFirst().outcome()).startsWith("left");
    assertThat(second.call("GET", lone)).isEqualTo("only here");
  }

  @Test
  void evensOutMemory() {
    // Given: all that is large is in the first group.
    for (int i = 0; i < 8; i++) {
      first.call("SETRANGE", key("big" + i + ":", i, i), "200000", "x");
    }
    TopomService service = product.leader();

    // When
    RebalancePlan plan =
        service.planRebalance(new RebalancePolicy(Measure.MEMORY, Map.of(), Set.of(), 100));

    // Then
    assertThat(plan.moves()).hasSize(4);
    assertThat(service.plannedRebalance(plan.id())).contains(plan);
    service.confirmRebalance(plan);
    product.awaitIdle();
    assertThat(second.call("DBSIZE")).isEqualTo(4L);
    assertThat(first.call("DBSIZE")).isEqualTo(4L);
  }

  @Test
  void evensOutLoad() {
    // Given: four slots of the first group are used, and one of the second.
    for (int slotId = 0; slotId < 4; slotId++) {
      product.proxies.getFirst().serves(slotId, 1000);
    }
    product.proxies.getFirst().serves(700, 1000);

    // When
    RebalancePlan plan =
        product.leader().planRebalance(new RebalancePolicy(Measure.LOAD, Map.of(), Set.of(), 100));

    // Then: one more would only exchange the two.
    assertThat(plan.moves()).hasSize(1);
    assertThat(plan.moves().getFirst().targetGroupId()).isEqualTo(2);
    assertThat(plan.moves().getFirst().slotId()).isBetween(0, 3);
  }

  @Test
  void withoutTheCountsOfEveryProxyThereIsNoPlanByLoad() {
    product.proxies.getFirst().close();
    assertThatThrownBy(
            () ->
                product
                    .leader()
                    .planRebalance(new RebalancePolicy(Measure.LOAD, Map.of(), Set.of(), 100)))
        .isInstanceOf(TopomException.class)
        .hasMessageContaining("no proxy");
  }

  @Test
  void aDrainedGroupCanBeRemoved() {
    // Given
    TestProduct.fill(first, 0, 0);
    String kept = key("kept", 0, 0);
    first.call("SET", kept, "value");
    TopomService service = product.leader();

    // When
    int moves = service.drainGroup(1);
    product.awaitIdle();

    // Then
    assertThat(moves).isEqualTo(512);
    assertThat(product.topology().slots()).extracting(SlotMapping::groupId).containsOnly(2);
    assertThat(second.call("GET", kept)).isEqualTo("value");
    service.removeServer(1, first.address());
    service.removeGroup(1);
    Poll.until(PATIENCE, "one group", () -> product.topology().groups().size() == 1);
    assertThatThrownBy(() -> service.drainGroup(2))
        .isInstanceOf(TopomException.class)
        .hasMessageContaining("no other group");
  }
}
