package io.vodis.ha;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply.Accepted;
import io.vodis.bus.BusServer;
import io.vodis.bus.BusSupport;
import io.vodis.bus.TopomCommand;
import io.vodis.bus.TopomCommand.FailoverGroup;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.RunningRole;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.model.Topology;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.LocalNode;
import io.vodis.testsupport.RedisProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whole members with a real bus, against real servers that are killed and stopped. */
class HaRoleTest {

  private static final Duration DOWN_AFTER = Duration.ofMillis(1500);

  private final Vertx vertx = Vertx.vertx();
  private final InMemoryStoreServer storeServer = new InMemoryStoreServer("test");
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<FailoverGroup> requests = new CopyOnWriteArrayList<>();
  private final List<RedisProcess> servers = new ArrayList<>();
  private volatile boolean leaderBusy;

  @BeforeEach
  void startTwoGroupsAndALeader() {
    BusSupport.install(vertx);
    for (int i = 0; i < 4; i++) {
      RedisProcess server = RedisProcess.start();
      servers.add(server);
      opened.add(server);
    }
    storeServer.put(topology(1, 0, 1));
    var unused =
        BusServer.serve(vertx, Addresses.TOPOM, Addresses.TOPOM.in("test"), this::onCommand);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void aKilledPrimaryIsReportedSoonAfterDownAfterByAQuorum() {
    // Given
    RunningRole first = startMember();
    RunningRole second = startMember();
    awaitAllHealthy(first);
    awaitAllHealthy(second);

    // When
    long killedNanos = System.nanoTime();
    servers.getFirst().kill();

    // Then
    await().atMost(Duration.ofSeconds(10)).until(() -> !requests.isEmpty());
    Duration took = Duration.ofNanos(System.nanoTime() - killedNanos);
    assertThat(took).isLessThan(DOWN_AFTER.plusSeconds(2));
    assertThat(requests.getFirst().primary()).isEqualTo(servers.getFirst().address());
    assertThat(requests.getFirst().observers())
        .containsExactlyInAnyOrder(first.member().incarnation(), second.member().incarnation());
    assertThat(requests).allMatch(request -> request.groupId() == 1);
  }

  @Test
  void aStoppedPrimaryCountsAsSilentAndAContinuedOneAsHealthy() {
    // Given
    RunningRole member = startMember();
    awaitAllHealthy(member);
    leaderBusy = true;

    // When
    servers.getFirst().pause();
    await().atMost(Duration.ofSeconds(10)).until(() -> !requests.isEmpty());
    servers.getFirst().resume();

    // Then
    awaitAllHealthy(member);
    JsonObject status = get(member, "/status");
    assertThat(status.getJsonArray("recent").encode()).contains("\"down\"", "\"healthy\"");
  }

  @Test
  void goesOnAskingABusyLeaderUntilTheTopologyChanges() {
    // Given
    RunningRole member = startMember();
    awaitAllHealthy(member);
    leaderBusy = true;

    // When
    servers.getFirst().kill();
    await().atMost(Duration.ofSeconds(10)).until(() -> requests.size() >= 3);
    storeServer.put(topology(2, 1, 0));

    // Then
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(
            () -> assertThat(group(member, 1).getString("verdict")).isEqualTo("healthy"));
  }

  @Test
  void pagesTellHowTheMemberIs() {
    // Given
    RunningRole member = startMember();
    awaitAllHealthy(member);

    // Then
    assertThat(get(member, "/health/live").getString("state")).isEqualTo("live");
    assertThat(get(member, "/health/ready").getString("state")).isEqualTo("ready");
    JsonObject server = group(member, 2).getJsonArray("servers").getJsonObject(0);
    assertThat(server.getString("state")).isEqualTo("healthy");
    assertThat(server.getString("declared")).isEqualTo("primary");
    assertThat(server.getString("actual")).isEqualTo("primary");
  }

  private RunningRole startMember() {
    LocalNode node = LocalNode.of(vertx, storeServer.client(), "test");
    HaConfig config =
        new HaConfig(
            new ProductConfig("test", ""),
            CoordinatorConfig.defaults(),
            LogConfig.defaults(),
            new HaConfig.Admin("127.0.0.1:0", ""),
            new HaConfig.Probes(Duration.ofMillis(200), Duration.ofMillis(800)),
            new HaConfig.Failover(true, DOWN_AFTER, 0, 50));
    opened.add(node);
    RunningRole member = HaRole.start(node, config);
    opened.add(member);
    return member;
  }

  private void awaitAllHealthy(RunningRole member) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              for (int groupId = 1; groupId <= 2; groupId++) {
                JsonObject group = group(member, groupId);
                assertThat(group.getString("verdict")).isEqualTo("healthy");
                for (Object server : group.getJsonArray("servers")) {
                  assertThat(((JsonObject) server).getString("state")).isEqualTo("healthy");
                }
              }
            });
  }

  private Future<Accepted> onCommand(TopomCommand command) {
    if (command instanceof FailoverGroup request) {
      requests.add(request);
    }
    return leaderBusy
        ? Future.failedFuture(BusFailure.BUSY.asException("another promotion is under way"))
        : Future.succeededFuture(new Accepted(1, 1));
  }

  private Topology topology(long epoch, int primary, int replica) {
    Group first = group(1, primary, replica);
    Group second = group(2, 2, 3);
    return new Topology("test", epoch, Topology.empty("test").slots(), Map.of(1, first, 2, second));
  }

  private Group group(int groupId, int primary, int replica) {
    return Group.empty(groupId)
        .withServers(
            List.of(
                Server.of(servers.get(primary).address()),
                Server.of(servers.get(replica).address())));
  }

  private static JsonObject group(RunningRole member, int groupId) {
    return get(member, "/status").getJsonArray("groups").stream()
        .map(JsonObject.class::cast)
        .filter(group -> group.getInteger("group") == groupId)
        .findFirst()
        .orElseThrow();
  }

  private static JsonObject get(RunningRole member, String path) {
    HostAndPort address = member.member().adminAddress();
    try (HttpClient client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(URI.create("http://" + address + path)).build();
      return new JsonObject(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
