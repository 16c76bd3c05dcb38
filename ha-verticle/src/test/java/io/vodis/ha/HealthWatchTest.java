package io.vodis.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Accepted;
import io.vodis.bus.BusReply.Opinion;
import io.vodis.bus.TopomCommand.FailoverGroup;
import io.vodis.ha.act.Ballot;
import io.vodis.ha.act.FailoverCaller;
import io.vodis.ha.act.Peers;
import io.vodis.ha.probe.Prober;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.metric.HaMetrics;
import io.vodis.metric.Sample;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Server;
import io.vodis.model.Topology;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.InMemoryTopologyStore;
import io.vodis.testsupport.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loop without threads, bus or servers: one round per second of a clock set by hand. */
class HealthWatchTest {

  private static final HostAndPort PRIMARY = new HostAndPort("p1", 6379);
  private static final HostAndPort REPLICA = new HostAndPort("r1", 6379);
  private static final HostAndPort OTHER = new HostAndPort("p2", 6379);
  private static final HostAndPort OTHER_REPLICA = new HostAndPort("r2", 6379);

  private final ManualClock clock = new ManualClock();
  private final FakeServers servers = new FakeServers();
  private final InMemoryStoreServer storeServer = new InMemoryStoreServer("test");
  private final InMemoryTopologyStore store = storeServer.client(clock);
  private final Member self =
      MemberIdentity.starting(
          Role.HA, "test", new HostAndPort("h1", 1), new HostAndPort("h1", 1), "");
  private final List<FailoverGroup> requests = new ArrayList<>();

  /** Other live members, and those of them that agree with everything. */
  private final Set<String> others = new HashSet<>();

  private final Set<String> agreeing = new HashSet<>();
  private final Prober prober = new Prober(servers, clock, Duration.ofSeconds(1));
  private final StoreView storeView;
  private final HealthWatch watch;

  HealthWatchTest() {
    storeServer.put(topology(1, PRIMARY, REPLICA));
    storeView = new StoreView(store, store.register(self), clock, Duration.ofSeconds(6));
    watch =
        new HealthWatch(
            HaConfig.defaults().policy(),
            new HealthWatch.Rim(
                prober,
                storeView,
                new Ballot(self.incarnation(), peers()),
                new FailoverCaller(this::accept),
                clock));
  }

  @AfterEach
  void close() {
    prober.close();
    store.close();
  }

  @Test
  void asksTheLeaderDownAfterTheLastAnswerAndUntilThereIsAnotherPrimary() throws Exception {
    // Given
    seconds(3);
    servers.kill(PRIMARY);

    // When
    seconds(4);
    assertThat(requests).isEmpty();
    seconds(1);

    // Then the request carries what the leader needs to check it
    assertThat(requests).hasSize(1);
    FailoverGroup request = requests.getFirst();
    assertThat(request.groupId()).isEqualTo(1);
    assertThat(request.primary()).isEqualTo(PRIMARY);
    assertThat(request.epoch()).isEqualTo(1);
    assertThat(request.observers()).containsExactly(self.incarnation());
    assertThat(verdict()).isEqualTo("down");

    // And it is repeated, with pauses, until the topology shows another primary
    seconds(10);
    int repeated = requests.size();
    assertThat(repeated).isBetween(3, 8);
    storeServer.put(topology(2, REPLICA, PRIMARY));
    seconds(10);
    assertThat(requests).hasSize(repeated);
    assertThat(verdict()).isEqualTo("healthy");
  }

  @Test
  void aPrimaryThatComesBackInTimeIsLeftAlone() throws Exception {
    // Given
    seconds(3);
    servers.kill(PRIMARY);
    seconds(4);

    // When
    servers.revive(PRIMARY);
    seconds(30);

    // Then
    assertThat(requests).isEmpty();
    assertThat(watch.snapshot().recent()).isEmpty();
  }

  @Test
  void waitsForAMajorityOfTheLiveMembers() throws Exception {
    // Given
    others.addAll(Set.of("h2", "h3"));
    seconds(3);
    servers.kill(PRIMARY);

    // When nobody else sees it
    seconds(20);

    // Then
    assertThat(requests).isEmpty();
    assertThat(verdict()).isEqualTo("suspected");

    // When one more does
    agreeing.add("h2");
    seconds(1);

    // Then
    assertThat(requests).hasSize(1);
    assertThat(requests.getFirst().observers()).containsExactlyInAnyOrder(self.incarnation(), "h2");
  }

  @Test
  void withoutTheStoreNothingIsDecidedAndProbesGoOn() throws Exception {
    // Given
    seconds(3);
    storeServer.stop();
    servers.kill(PRIMARY);

    // When
    seconds(20);

    // Then
    assertThat(requests).isEmpty();
    assertThat(verdict()).isEqualTo("frozen");
    assertThat(watch.snapshot().groups().get(1)).isNotNull();
    assertThat(watch.snapshot().health().suspected(PRIMARY)).isTrue();
  }

  @Test
  void whenMostServersFailAtOnceTheNetworkIsBlamed() throws Exception {
    // Given
    seconds(3);
    List.of(PRIMARY, REPLICA, OTHER).forEach(servers::kill);

    // When
    seconds(30);

    // Then
    assertThat(requests).isEmpty();
    assertThat(verdict()).isEqualTo("frozen");
  }

  @Test
  void reportsWhatItSeesAsMetricsAndOnTheStatusPage() throws Exception {
    // Given
    seconds(3);
    servers.kill(PRIMARY);

    // When
    seconds(6);

    // Then
    assertThat(value(HaMetrics.SERVER_UP.name(), Map.of("group", "1", "server", "p1:6379")))
        .isEqualTo(0);
    assertThat(value(HaMetrics.SERVER_UP.name(), Map.of("group", "1", "server", "r1:6379")))
        .isEqualTo(1);
    assertThat(value(HaMetrics.GROUP_VERDICT.name(), Map.of("group", "1", "verdict", "down")))
        .isEqualTo(1);
    assertThat(value(HaMetrics.FAILOVER_REQUESTS.name(), Map.of("outcome", "accepted")))
        .isEqualTo(requests.size());
    var page = StatusPage.of(self, watch.snapshot(), Optional.empty());
    assertThat(page.encode())
        .contains("\"verdict\":\"down\"", "connection refused", "candidates [r1:6379]");
    assertThat(page.getJsonArray("recent")).hasSize(1);
  }

  private void seconds(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      clock.advance(Duration.ofSeconds(1));
      storeView.follow();
      watch.round();
    }
  }

  private String verdict() {
    GroupState state = watch.snapshot().groups().get(1);
    return state == null ? "none" : state.verdict().id();
  }

  private double value(String name, Map<String, String> labels) {
    for (Sample sample : watch.samples()) {
      if (sample.name().equals(name) && sample.labels().equals(labels)) {
        return switch (sample) {
          case Sample.Counter counter -> counter.value();
          case Sample.Gauge gauge -> gauge.value();
          case Sample.Histogram histogram -> histogram.sumSeconds();
        };
      }
    }
    throw new AssertionError("no sample " + name + labels + " in " + watch.samples());
  }

  private Future<Accepted> accept(FailoverGroup request) {
    requests.add(request);
    return Future.succeededFuture(new Accepted(1, request.epoch()));
  }

  private Peers peers() {
    return new Peers() {
      @Override
      public List<String> live() {
        List<String> live = new ArrayList<>(others);
        store.liveMembers(Role.HA).forEach(member -> live.add(member.incarnation()));
        return live;
      }

      @Override
      public Future<Opinion> ask(String incarnation, HostAndPort server) {
        return Future.succeededFuture(
            new Opinion(incarnation, server, agreeing.contains(incarnation), 0));
      }
    };
  }

  private static Topology topology(long epoch, HostAndPort primary, HostAndPort replica) {
    Group first = Group.empty(1).withServers(List.of(Server.of(primary), Server.of(replica)));
    Group second = Group.empty(2).withServers(List.of(Server.of(OTHER), Server.of(OTHER_REPLICA)));
    return new Topology("test", epoch, Topology.empty("test").slots(), Map.of(1, first, 2, second));
  }
}
