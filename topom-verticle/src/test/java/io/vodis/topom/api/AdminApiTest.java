package io.vodis.topom.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vodis.lifecycle.VodisException;
import io.vodis.topom.TopomException;
import io.vodis.topom.fake.FakeTopomService;
import io.vodis.topom.fake.Views;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminApiTest {

  private static final String TOKEN = "s3cret-admin-token";

  private final Vertx vertx = Vertx.vertx();
  private final FakeTopomService service = new FakeTopomService(Views.busy());
  private AdminApi api;
  private ApiClient client;

  @BeforeEach
  void start() {
    api = AdminApi.start(vertx, service, new AdminApiConfig("127.0.0.1", 0, TOKEN));
    client = new ApiClient(api.port(), "Bearer " + TOKEN);
  }

  @AfterEach
  void stop() {
    client.close();
    api.close();
    vertx.close().await();
  }

  @Test
  void showsTheProductInOneScreen() {
    // When
    JsonObject overview = client.get("/api/v1/overview").json();
    // Then
    assertThat(overview.getString("product")).isEqualTo("demo");
    assertThat(overview.getInteger("epoch")).isEqualTo(41);
    assertThat(overview.getJsonObject("leader").getString("address")).isEqualTo("127.0.0.1:18080");
    assertThat(overview.getJsonObject("slots"))
        .isEqualTo(
            new JsonObject()
                .put("total", 1024)
                .put("assigned", 900)
                .put("offline", 124)
                .put("moving", 2));
    assertThat(overview.getJsonObject("servers"))
        .isEqualTo(new JsonObject().put("total", 4).put("answering", 2));
    assertThat(overview.getJsonObject("proxies"))
        .isEqualTo(new JsonObject().put("total", 2).put("alive", 1).put("current", 1));
    assertThat(overview.getJsonObject("actions"))
        .isEqualTo(new JsonObject().put("pending", 1).put("running", 1));
    assertThat(overview.getJsonArray("warnings"))
        .containsExactly("proxy 127.0.0.1:19000: its disk is full");
  }

  @Test
  void showsServersWithDeclaredAndRealRole() {
    // When
    JsonArray servers = client.get("/api/v1/servers").json().getJsonArray("servers");
    // Then
    JsonObject primary = servers.getJsonObject(0);
    assertThat(primary.getString("server")).isEqualTo("127.0.0.1:6379");
    assertThat(primary.getString("declaredRole")).isEqualTo("primary");
    assertThat(primary.getString("role")).isEqualTo("primary");
    assertThat(primary.getLong("offset")).isEqualTo(123_456);
    assertThat(primary.getLong("keys")).isEqualTo(1_234_567);
    JsonObject replica = servers.getJsonObject(1);
    assertThat(replica.getString("declaredRole")).isEqualTo("replica");
    assertThat(replica.getString("upstream")).isEqualTo("127.0.0.1:6379");
    assertThat(replica.getBoolean("linkUp")).isTrue();
    JsonObject stale = servers.getJsonObject(2);
    assertThat(stale.getBoolean("answering")).isFalse();
    assertThat(stale.getLong("ageMillis")).isEqualTo(2400);
    JsonObject silent = servers.getJsonObject(3);
    assertThat(silent.getString("server")).isEqualTo("[::1]:6382");
    assertThat(silent.getString("error")).isEqualTo("connection refused");
    assertThat(silent.containsKey("role")).isFalse();
  }

  @Test
  void showsSlotsAsRangesWithoutGaps() {
    // When
    JsonArray ranges = client.get("/api/v1/slots").json().getJsonArray("ranges");
    // Then
    assertThat(ranges.stream().map(range -> describe((JsonObject) range)))
        .containsExactly(
            "0-4 1 idle null",
            "5-5 1 migrating 2",
            "6-6 1 pending 2",
            "7-699 1 idle null",
            "700-899 2 idle null",
            "900-1023 0 idle null");
  }

  private static String describe(JsonObject range) {
    return "%d-%d %d %s %d"
        .formatted(
            range.getInteger("first"),
            range.getInteger("last"),
            range.getInteger("groupId"),
            range.getString("action"),
            range.getInteger("targetGroupId"));
  }

  @Test
  void showsActionsWithProgress() {
    // When
    JsonObject actions = client.get("/api/v1/actions").json();
    // Then
    assertThat(actions.getDouble("keysPerSecond")).isEqualTo(15000.5);
    assertThat(actions.getLong("etaMillis")).isEqualTo(75_000);
    JsonObject running = actions.getJsonArray("actions").getJsonObject(0);
    assertThat(running.getString("state")).isEqualTo("migrating");
    assertThat(running.getLong("movedKeys")).isEqualTo(1200);
    assertThat(running.getJsonArray("bigKeys")).containsExactly("big:1");
    assertThat(running.containsKey("waitingFor")).isFalse();
    JsonObject pending = actions.getJsonArray("actions").getJsonObject(1);
    assertThat(pending.getString("waitingFor")).isEqualTo("its turn");
    assertThat(pending.containsKey("etaMillis")).isFalse();
  }

  @Test
  void showsGroupsProxiesAndMembers() {
    // When
    JsonObject group = client.get("/api/v1/groups/2").json();
    JsonArray proxies = client.get("/api/v1/proxies").json().getJsonArray("proxies");
    JsonArray members = client.get("/api/v1/members").json().getJsonArray("members");
    // Then
    assertThat(group.getInteger("slots")).isEqualTo(200);
    assertThat(group.getJsonObject("promotion"))
        .isEqualTo(new JsonObject().put("state", "preparing").put("candidate", "[::1]:6382"));
    assertThat(proxies.getJsonObject(1).getBoolean("alive")).isFalse();
    assertThat(members.stream().map(m -> ((JsonObject) m).getString("role")))
        .containsExactly("proxy", "topom", "ha", "metrics");
    assertThat(members.getJsonObject(1).getBoolean("leader")).isTrue();
    assertThat(members.getJsonObject(0).getBoolean("leader")).isFalse();
  }

  @Test
  void handsEveryChangeToTheService() {
    // When
    client.post("/api/v1/groups", "{\"groupId\": 9}");
    client.post("/api/v1/groups/9/servers", "{\"server\": \"[::2]:7000\", \"datacenter\": \"w\"}");
    client.post("/api/v1/groups/9/servers", "{\"server\": \"h:7001\"}");
    client.post("/api/v1/groups/9/promote", "{\"server\": \"h:7001\"}");
    client.delete("/api/v1/groups/9/servers/%5B::2%5D:7000");
    client.delete("/api/v1/groups/9/servers/h:7001");
    client.delete("/api/v1/groups/9");
    client.post("/api/v1/slots/assign", "{\"first\": 900, \"last\": 1023, \"groupId\": 2}");
    client.post("/api/v1/slots/offline", "{\"first\": 1023, \"last\": 1023}");
    client.post("/api/v1/slots/migrate", "{\"first\": 10, \"last\": 19, \"groupId\": 2}");
    client.delete("/api/v1/actions/6");
    client.delete("/api/v1/actions");
    client.delete("/api/v1/proxies/" + Views.DEAD_PROXY);
    // Then
    assertThat(service.calls())
        .containsExactly(
            "createGroup(9)",
            "addServer(9, [::2]:7000, 'w')",
            "addServer(9, h:7001, '')",
            "promote(9, h:7001)",
            "removeServer(9, [::2]:7000)",
            "removeServer(9, h:7001)",
            "removeGroup(9)",
            "assignSlots(900, 1023, 2)",
            "offlineSlots(1023, 1023)",
            "migrateSlots(10, 19, 2)",
            "cancelAction(6)",
            "cancelPendingActions()",
            "removeProxy(proxydead)");
  }

  @Test
  void answersChangesWithTheNewEpochAndTheNumberOfActions() {
    // When
    ApiClient.Result created = client.post("/api/v1/groups", "{\"groupId\": 9}");
    ApiClient.Result migrated =
        client.post("/api/v1/slots/migrate", "{\"first\": 10, \"last\": 19, \"groupId\": 2}");
    ApiClient.Result cancelled = client.delete("/api/v1/actions");
    // Then
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.json()).isEqualTo(new JsonObject().put("epoch", 42));
    assertThat(migrated.json()).isEqualTo(new JsonObject().put("epoch", 43).put("actions", 10));
    assertThat(cancelled.json()).isEqualTo(new JsonObject().put("epoch", 44).put("actions", 11));
  }

  @Test
  void confirmsTheRebalancePlanThatWasShownAndNoOther() {
    // Given
    JsonObject shown = client.get("/api/v1/rebalance").json();
    String confirmation = new JsonObject().put("epoch", shown.getLong("epoch")).encode();
    // When
    ApiClient.Result confirmed = client.post("/api/v1/rebalance", confirmation);
    ApiClient.Result repeated = client.post("/api/v1/rebalance", confirmation);
    // Then
    assertThat(shown.getInteger("slots")).isPositive();
    assertThat(shown.getJsonArray("moves").getJsonObject(0).getInteger("first")).isZero();
    assertThat(confirmed.json().getInteger("actions")).isEqualTo(shown.getInteger("slots"));
    assertThat(repeated.status()).isEqualTo(409);
    assertThat(repeated.message()).contains("epoch 41", "42 now");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/groups | {} | groupId: is missing",
        "/groups | {\"groupId\": \"one\"} | groupId: expected integer, got string",
        "/groups | {\"groupId\": 0} | groupId: 0 is less than 1",
        "/groups | {\"groupId\": 10000} | groupId: 10000 is greater than 9999",
        "/groups | {\"groupId\": 1, \"x\": 2} | x: unknown field",
        "/groups | [1] | body: expected object, got array",
        "/groups | {\"groupId\": | The request body can't be decoded",
        "/groups/none/promote | {\"server\": \"h:1\"} | groupId: expected integer, got string",
        "/groups/1/servers | {\"server\": \"nohost\"} | server: invalid address 'nohost', expected"
            + " host:port",
        "/groups/1/servers | {\"server\": \"h:70000\"} | server: invalid port 70000, expected"
            + " 1..65535",
        "/slots/offline | {\"first\": 9, \"last\": 8} | last: 8 is less than first = 9",
        "/slots/assign | {\"first\": -1, \"last\": 1024, \"groupId\": 1} | first: -1 is less than"
            + " 0; last: 1024 is greater than 1023",
      })
  void saysWhichFieldIsWrongAndWhy(String path, String body, String message) {
    // When
    ApiClient.Result result = client.post("/api/v1" + path, body);
    // Then
    assertThat(result.status()).isEqualTo(400);
    assertThat(result.code()).isEqualTo("INVALID");
    assertThat(result.message()).isEqualTo(message);
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void saysThatABodyIsMissingOrTooLargeOrNoJson() {
    // When
    ApiClient.Result missing = client.post("/api/v1/groups", null);
    ApiClient.Result large =
        client.post("/api/v1/groups", "{\"groupId\": " + " ".repeat(70_000) + "1}");
    ApiClient.Result form =
        client.contentType("application/x-www-form-urlencoded").post("/api/v1/groups", "{}");
    // Then
    assertThat(missing.status()).isEqualTo(400);
    assertThat(missing.message()).contains("body");
    assertThat(large.status()).isEqualTo(413);
    assertThat(large.code()).isEqualTo("TOO_LARGE");
    assertThat(form.status()).isEqualTo(415);
    assertThat(form.message()).contains("Content-Type: application/json");
  }

  @Test
  void answersUnknownPathsAndMethodsInTheSameForm() {
    // When
    ApiClient.Result outside = client.get("/nowhere");
    ApiClient.Result inside = client.get("/api/v1/nowhere");
    ApiClient.Result method = client.send("PUT", "/api/v1/groups", "{}");
    ApiClient.Result parameter = client.delete("/api/v1/actions/1024");
    // Then
    assertThat(outside.status()).isEqualTo(404);
    assertThat(outside.code()).isEqualTo("NOT_FOUND");
    assertThat(inside.status()).isEqualTo(404);
    assertThat(inside.message()).contains("/api/v1/nowhere");
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.code()).isEqualTo("METHOD_NOT_ALLOWED");
    assertThat(parameter.status()).isEqualTo(400);
    assertThat(parameter.message()).startsWith("slotId: 1024 is greater");
  }

  @Test
  void mapsEveryFailureOfTheServiceToItsStatus() {
    for (TopomException.Code code : TopomException.Code.values()) {
      // Given
      service.failWith(new TopomException(code, "because of " + code));
      // When
      ApiClient.Result result = client.get("/api/v1/overview");
      // Then
      assertThat(result.status()).isEqualTo(code.httpStatus());
      assertThat(result.code()).isEqualTo(code.name());
      assertThat(result.message()).isEqualTo("because of " + code);
    }
  }

  @Test
  void tellsNothingOfAnInternalFault() {
    // Given
    service.failWith(new IllegalStateException("password=hunter2"));
    // When
    ApiClient.Result result = client.get("/api/v1/overview");
    // Then
    assertThat(result.status()).isEqualTo(500);
    assertThat(result.code()).isEqualTo("INTERNAL");
    assertThat(result.response().body()).doesNotContain("hunter2", "Exception");
  }

  @Test
  void tellsWhatAnOperatingErrorSays() {
    // Given
    service.failWith(new VodisException("the store does not answer"));
    // When
    ApiClient.Result result = client.get("/api/v1/overview");
    // Then
    assertThat(result.status()).isEqualTo(503);
    assertThat(result.code()).isEqualTo("UNAVAILABLE");
    assertThat(result.message()).isEqualTo("the store does not answer");
  }

  @Test
  void answersReadinessFromTheService() {
    // When
    ApiClient.Result live = client.get("/health/live");
    ApiClient.Result ready = client.get("/health/ready");
    service.update(view -> Views.withLeader(view, null, false));
    ApiClient.Result leaderless = client.get("/health/ready");
    service.failWith(new VodisException("the store does not answer"));
    ApiClient.Result failing = client.get("/health/ready");
    // Then
    assertThat(live.status()).isEqualTo(200);
    assertThat(ready.status()).isEqualTo(200);
    assertThat(leaderless.status()).isEqualTo(503);
    assertThat(failing.json().getString("reason")).isEqualTo("the store does not answer");
  }

  @Test
  void servesTheContractAndAnIndexOfIt() {
    // When
    ApiClient.Result contract = client.get("/api/v1/openapi.yaml");
    JsonObject links = client.get("/").json().getJsonObject("links");
    // Then
    assertThat(contract.response().body()).startsWith("openapi: 3.1.0");
    assertThat(links.stream())
        .allSatisfy(
            link -> assertThat(client.get((String) link.getValue()).status()).isEqualTo(200));
  }

  @Test
  void refusesCallsBeyondItsLimitInsteadOfQueueingThem() throws Exception {
    // Given
    CountDownLatch release = new CountDownLatch(1);
    service.beforeEachChange(
        () -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      // When
      var calls =
          IntStream.range(0, 80)
              .mapToObj(i -> callers.submit(() -> client.delete("/api/v1/actions").status()))
              .toList();
      await().until(() -> calls.stream().anyMatch(Future::isDone));
      release.countDown();
      // Then
      int refused = 0;
      for (Future<Integer> call : calls) {
        refused += call.get() == 503 ? 1 : 0;
      }
      assertThat(refused).isEqualTo(16);
    }
  }

  @Test
  void saysInOneLineThatThePortIsTaken() {
    assertThatThrownBy(
            () ->
                AdminApi.start(vertx, service, new AdminApiConfig("127.0.0.1", api.port(), TOKEN)))
        .isInstanceOf(VodisException.class)
        .hasMessageStartingWith("cannot listen on 127.0.0.1:" + api.port() + ": ")
        .hasMessageContaining("in use");
  }

  @Test
  void configurationDoesNotPrintTheToken() {
    assertThat(new AdminApiConfig("127.0.0.1", 0, TOKEN).toString()).doesNotContain(TOKEN);
  }
}
