package io.vodis.proxy.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers say, taken together. */
class InfoTest {

  private static final ServerReport ONE =
      ServerReport.parse(
          """
          # Server
          redis_version:7.0.15
          # Memory
          used_memory:1000
          used_memory_human:1000B
          used_memory_rss:3000
          mem_fragmentation_ratio:3.00
          maxmemory:0
          maxmemory_policy:noeviction
          # Persistence
          loading:1
          rdb_last_save_time:100
          rdb_last_bgsave_status:ok
          # CPU
          used_cpu_user:1.500000
          # Modules
          module:name=a,ver=1
          module:name=b,ver=2
          # Keyspace
          db0:keys=10,expires=2,avg_ttl=100
          db10:keys=1,expires=0,avg_ttl=0
          # Keysizes
          db0_distrib_strings_sizes:0=1,2=3,16=1,1K=2
          """);
  private static final ServerReport OTHER =
      ServerReport.parse(
          """
          # Server\r
          redis_version:6.2.11\r
          # Memory\r
          used_memory:1048\r
          used_memory_human:1.02K\r
          used_memory_rss:1096\r
          mem_fragmentation_ratio:1.05\r
          maxmemory:500\r
          maxmemory_policy:allkeys-lru\r
          # Persistence\r
          loading:0\r
          rdb_last_save_time:50\r
          rdb_last_bgsave_status:err\r
          # CPU\r
          used_cpu_user:0.250000\r
          # Modules\r
          module:name=b,ver=2\r
          # Keyspace\r
          db0:keys=5,expires=1,avg_ttl=400,subexpiry=0\r
          db2:keys=3,expires=0,avg_ttl=0\r
          # Keysizes\r
          db0_distrib_strings_sizes:2=1,4=5,1K=1,2K=1\r
          db2_distrib_lists_items:8=3\r
          """);
  private static final List<ServerReport> BOTH = List.of(ONE, OTHER);

  @ParameterizedTest
  @CsvSource({
    "memory, used_memory, 2048",
    "memory, used_memory_human, 2.00K",
    "memory, mem_fragmentation_ratio, 2.00",
    "memory, maxmemory, 0",
    "memory, maxmemory_policy, mixed",
    "persistence, loading, 1",
    "persistence, rdb_last_save_time, 50",
    "persistence, rdb_last_bgsave_status, err",
    "cpu, used_cpu_user, 1.750000",
  })
  void fieldsAreMergedByWhatTheyMean(String section, String field, String merged) {
    assertThat(MergedSection.of(section, BOTH)).containsEntry(field, merged);
  }

  @Test
  void keysAreAddedUpPerDatabaseAndTimesToLiveWeighted() {
    assertThat(MergedSection.keyspace(BOTH))
        .containsExactly(
            Map.entry("db0", "keys=15,expires=3,avg_ttl=200,subexpiry=0"),
            Map.entry("db2", "keys=3,expires=0,avg_ttl=0"),
            Map.entry("db10", "keys=1,expires=0,avg_ttl=0"));
  }

  @Test
  void sizesOfKeysAreAddedUpFromTheSmallest() {
    assertThat(MergedSection.keySizes(BOTH))
        .containsExactly(
            Map.entry("db0_distrib_strings_sizes", "0=1,2=4,4=5,16=1,1K=3,2K=1"),
            Map.entry("db2_distrib_lists_items", "8=3"));
  }

  @Test
  void eachModuleIsListedOnce() {
    assertThat(MergedSection.modules(BOTH)).containsExactly("name=a,ver=1", "name=b,ver=2");
  }

  @Test
  void theLowestVersionCounts() {
    ServerReports reports =
        new ServerReports(3, Map.of(new HostAndPort("a", 1), ONE, new HostAndPort("b", 1), OTHER));
    assertThat(reports.lowestVersion()).contains(new ServerVersion(6, 2, 11));
    assertThat(ServerReports.NONE.lowestVersion()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"3.2.11, false", "5.0.14, false", "6.0.16, true", "7.0.15, true", "10.1.0, true"})
  void resp3IsSpokenSinceRedis6(String version, boolean speaks) {
    assertThat(ServerVersion.parse(version).speaksResp3()).isEqualTo(speaks);
    assertThat(ServerVersion.parse(version)).hasToString(version);
  }

  /** The vectors are of the specification of Redis Cluster and of CRC16 XMODEM. */
  @ParameterizedTest
  @CsvSource({"123456789, 12739", "foo, 12182", "{foo}.bar, 12182", "'', 0", "foo{}{bar}, 8363"})
  void keysHaveTheSlotsOfRedisCluster(String key, int slot) {
    assertThat(ClusterView.slotOf(key.getBytes(StandardCharsets.UTF_8))).isEqualTo(slot);
  }

  @Test
  void everySlotBelongsToOneProxyHoweverManyThereAre() {
    for (int count = 1; count <= 7; count++) {
      List<HostAndPort> proxies = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        proxies.add(new HostAndPort("proxy", 7000 - i));
      }
      int next = 0;
      for (ClusterView.Node node : ClusterView.of(proxies).nodes()) {
        assertThat(node.first()).isEqualTo(next);
        next = node.last() + 1;
      }
      assertThat(next).isEqualTo(ClusterView.SLOTS);
    }
  }

  @Test
  void aDifferenceBelowZeroIsShownAsTheServerShowsIt() {
    // Given what Redis 8 says for a moment after FLUSHALL
    ServerReport report =
        ServerReport.parse(
            """
            # Memory
            used_memory:1000
            used_memory_dataset:18446744073709538064
            used_memory_dataset_perc:1844674407370953728.00%
            """);
    // When / Then
    assertThat(MergedSection.of("memory", List.of(report)))
        .containsEntry("used_memory_dataset", "18446744073709538064")
        .containsEntry("used_memory_dataset_perc", "1844674407370953728.00%");
  }
}
