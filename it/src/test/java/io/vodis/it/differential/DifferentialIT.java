package io.vodis.it.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.it.ClusterPlan;
import io.vodis.it.VodisCluster;
import io.vodis.model.Role;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A product answers as one plain server of the same version does, to right commands and wrong ones.
 *
 * <p>{@code -Dvodis.it.differential_seed} repeats a run, {@code -Dvodis.it.differential_seconds}
 * makes it longer.
 */
class DifferentialIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(DifferentialIT.class);
  private static final Duration DURATION =
      Duration.ofSeconds(Integer.getInteger("vodis.it.differential_seconds", 0));

  /** The same commands on every machine, unless it is to look for more. */
  private static final int ROUNDS = 1;

  private static final long SEED =
      DURATION.isZero()
          ? Long.getLong("vodis.it.differential_seed", 271_734)
          : Long.getLong("vodis.it.differential_seed", new Random().nextInt(1_000_000));

  /** Chosen so that three groups have keys each. */
  private static final List<String> TAGS = List.of("a", "b", "c", "d", "e", "f", "g");

  static List<ServerBinary> versions() {
    return ServerBinary.all();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void oneGroupAnswersAsItsServerDoes(ServerBinary version) {
    assertSameReplies(version, 1);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void threeGroupsAnswerAsOneServerDoes(ServerBinary version) {
    assertSameReplies(version, 3);
  }

  /** Which commands are refused because of their slots, and which fault is named first. */
  @ParameterizedTest
  @MethodSource("versions")
  void keysOfSeveralSlotsAreRefusedAsByRedisCluster(ServerBinary version) {
    try (VodisCluster cluster = cluster(version, 3);
        RedisProcess clustered =
            RedisProcess.builder()
                .binary(version.path())
                .port(FreePorts.nextOfCluster())
                .option("cluster-enabled", "yes")
                .start()) {
      // Given
      List<String> slots = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
      IntStream.range(0, 16384).forEach(slot -> slots.add(Integer.toString(slot)));
      clustered.call(slots.toArray(String[]::new));
      Poll.until(
          Duration.ofSeconds(20),
          "the server in cluster mode serves",
          () -> String.valueOf(clustered.call("CLUSTER", "INFO")).contains("cluster_state:ok"));

      // When, then
      assertSameReplies(cluster, clustered, version, true);
    }
  }

  private static void assertSameReplies(ServerBinary version, int groups) {
    try (VodisCluster cluster = cluster(version, groups);
        RedisProcess plain = RedisProcess.builder().binary(version.path()).start()) {
      assertSameReplies(cluster, plain, version, false);
    }
  }

  private static VodisCluster cluster(ServerBinary version, int groups) {
    return VodisCluster.start(
        ClusterPlan.small()
            .withServers(groups, 0)
            .with(Role.PROXY, 1)
            .withRedis(version.path(), Map.of()));
  }

  private static void assertSameReplies(
      VodisCluster cluster, RedisProcess plain, ServerBinary version, boolean crossing) {
    // Given
    ReplyRules rules = new ReplyRules(version.version(), cluster.primaries().size());
    Differential differential = new Differential(cluster, plain, rules, TAGS, crossing);

    // When
    String difference = differential.run(SEED, new int[] {2, 3}, ROUNDS, DURATION);

    // Then
    LOGGER.info("{}, seed {}: {}", version, SEED, differential.summary());
    assertThat(difference).as(version.name()).isNull();
    assertThat(differential.unsupported()).as("not offered by the proxy").isEmpty();
  }

  /** A new command of a server needs a line in the grammar. */
  @ParameterizedTest
  @MethodSource("versions")
  void everyCommandOfTheServerIsSentOrHasAReasonNotToBe(ServerBinary version) {
    try (RedisProcess server = RedisProcess.builder().binary(version.path()).start();
        RespClient client = server.client()) {
      // Given
      Grammar grammar = Grammar.load();

      // When
      List<String> names = new ArrayList<>();
      for (Object row : (List<?>) Objects.requireNonNull(client.expect("COMMAND"))) {
        List<?> fields = (List<?>) row;
        names.add(String.valueOf(fields.get(0)).toUpperCase(Locale.ROOT));
        if (fields.size() > 9 && fields.get(9) instanceof List<?> subcommands) {
          for (Object sub : subcommands) {
            names.add(String.valueOf(((List<?>) sub).get(0)).toUpperCase(Locale.ROOT));
          }
        }
      }

      // Then
      assertThat(names).hasSizeGreaterThan(150).filteredOn(name -> !grammar.knows(name)).isEmpty();
    }
  }
}
