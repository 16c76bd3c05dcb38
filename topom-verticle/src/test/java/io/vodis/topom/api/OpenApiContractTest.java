package io.vodis.topom.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import io.vodis.model.Group;
import io.vodis.model.Topology;
import io.vodis.topom.TopomView;
import io.vodis.topom.fake.FakeTopomService;
import io.vodis.topom.fake.Views;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Takes the operations from the OpenAPI file, so that a new one is tested by being written there.
 */
class OpenApiContractTest {

  private static final String TOKEN = "token";

  /** A body for each operation that has one; the busy view makes them succeed. */
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("takeCensus", "{\"first\": 0, \"last\": 9}"),
          Map.entry("fsck", "{\"repair\": true}"),
          Map.entry(
              "planRebalanceBy",
              "{\"policy\": \"memory\", \"weights\": [{\"groupId\": 1, \"weight\": 2}],"
                  + " \"excluded\": [3], \"slotsMax\": 50}"),
          Map.entry("createGroup", "{\"groupId\": 9}"),
          Map.entry("addServer", "{\"server\": \"127.0.0.1:7000\"}"),
          Map.entry("promoteServer", "{\"server\": \"127.0.0.1:6380\"}"),
          Map.entry("assignSlots", "{\"first\": 900, \"last\": 1023, \"groupId\": 1}"),
          Map.entry("offlineSlots", "{\"first\": 800, \"last\": 810}"),
          Map.entry("migrateSlots", "{\"first\": 20, \"last\": 29, \"groupId\": 2}"),
          Map.entry("confirmRebalance", "{\"epoch\": 41}"),
          Map.entry("changeMigration", "{\"keysPerSecond\": 100, \"windows\": null}"));

  private static final Map<String, String> PATH_PARAMETERS =
      Map.of(
          "groupId", "1",
          "server", "127.0.0.1:6380",
          "slotId", "6",
          "token", Views.DEAD_PROXY);

  private final Vertx vertx = Vertx.vertx();
  private OpenAPIContract contract;
  private FakeTopomService service;
  private AdminApi api;

  @BeforeEach
  void start() {
    contract = AdminApi.contract(vertx, AdminApi.contractFile()).await();
    service = new FakeTopomService(Views.busy());
    api = AdminApi.start(vertx, service, new AdminApiConfig("127.0.0.1", 0, TOKEN));
  }

  @AfterEach
  void stop() {
    api.close();
    vertx.close().await();
  }

  @Test
  void everyOperationOfTheFileIsImplementedAndNoOther() {
    assertThat(Operations.all().keySet())
        .containsExactlyInAnyOrderElementsOf(
            contract.operations().stream().map(Operation::getOperationId).toList());
  }

  @Test
  void everyChangingOperationAndNoReadingOneDeclaresTheToken() {
    assertThat(contract.operations())
        .allSatisfy(
            operation ->
                assertThat(operation.getSecurityRequirements().isEmpty())
                    .as(operation.getOperationId())
                    .isEqualTo(!AdminTokenHandler.changes(operation.getHttpMethod())));
  }

  @Test
  void everyOperationSucceedsWithAnAnswerThatTheFileDescribes() {
    try (ApiClient client = new ApiClient(api.port(), "Bearer " + TOKEN)) {
      for (Operation operation : contract.operations()) {
        // Given
        service.update(
            view -> operation.getOperationId().equals("removeGroup") ? emptyGroup() : Views.busy());
        // When
        ApiClient.Result result = call(client, operation);
        // Then
        assertThat(result.status())
            .as(operation.getOperationId() + ": " + result.response().body())
            .isIn(200, 201);
        assertDescribed(operation, result);
      }
    }
  }

  @Test
  void everyReadingOperationCanShowAnEmptyProduct() {
    // Given
    service.update(view -> Views.empty());
    try (ApiClient client = new ApiClient(api.port(), "")) {
      for (Operation operation : reading().toList()) {
        // When
        ApiClient.Result result = call(client, operation);
        // Then
        assertThat(result.status())
            .as(operation.getOperationId())
            .isEqualTo(operation.getOperationId().equals("getGroup") ? 404 : 200);
        assertDescribed(operation, result);
      }
    }
  }

  @Test
  void everyChangingOperationRefusesAnAnonymousCallBeforeLookingAtIt() {
    try (ApiClient client = new ApiClient(api.port(), "")) {
      for (Operation operation : changing().toList()) {
        for (String body : bodies(operation)) {
          // When
          ApiClient.Result result = call(client, operation, body);
          // Then
          assertThat(result.status()).as(operation.getOperationId()).isEqualTo(401);
          assertThat(result.code()).isEqualTo("UNAUTHORIZED");
          assertDescribed(operation, result);
        }
      }
      assertThat(service.calls()).isEmpty();
    }
  }

  @Test
  void everyChangingOperationRefusesToWorkWithoutALeader() {
    // Given
    service.update(view -> Views.withLeader(view, null, false));
    try (ApiClient client = new ApiClient(api.port(), "Bearer " + TOKEN)) {
      for (Operation operation : changing().toList()) {
        // When
        ApiClient.Result result = call(client, operation);
        // Then
        assertThat(result.status()).as(operation.getOperationId()).isEqualTo(503);
        assertThat(result.code()).isEqualTo("NOT_LEADER");
        assertDescribed(operation, result);
      }
      assertThat(service.calls()).isEmpty();
    }
  }

  @Test
  void everyOperationWithABodyRefusesAnEmptyAWrongAndAnUnknownField() {
    try (ApiClient client = new ApiClient(api.port(), "Bearer " + TOKEN)) {
      for (Operation operation : changing().filter(o -> o.getRequestBody() != null).toList()) {
        for (String body : List.of("{}", "[]", "nonsense", "{\"nonsense\": 1}")) {
          // When
          ApiClient.Result result = call(client, operation, body);
          // Then
          assertThat(result.status()).as(operation.getOperationId() + body).isEqualTo(400);
          assertThat(result.code()).isEqualTo("INVALID");
          assertThat(result.message()).isNotEqualTo("Bad Request");
          assertDescribed(operation, result);
        }
      }
      assertThat(service.calls()).isEmpty();
    }
  }

  private Stream<Operation> changing() {
    return contract.operations().stream()
        .filter(operation -> AdminTokenHandler.changes(operation.getHttpMethod()));
  }

  private Stream<Operation> reading() {
    return contract.operations().stream()
        .filter(operation -> operation.getHttpMethod().equals(HttpMethod.GET));
  }

  private static List<String> bodies(Operation operation) {
    return List.of(BODIES.getOrDefault(operation.getOperationId(), "{}"), "nonsense");
  }

  private static ApiClient.Result call(ApiClient client, Operation operation) {
    return call(client, operation, BODIES.get(operation.getOperationId()));
  }

  private static ApiClient.Result call(
      ApiClient client, Operation operation, @Nullable String body) {
    String path = operation.getAbsoluteOpenAPIPath();
    for (Map.Entry<String, String> parameter : PATH_PARAMETERS.entrySet()) {
      path = path.replace("{" + parameter.getKey() + "}", parameter.getValue());
    }
    return client.send(operation.getHttpMethod().name(), path, body);
  }

  private void assertDescribed(Operation operation, ApiClient.Result result) {
    ResponseValidator.create(vertx, contract)
        .validate(
            ValidatableResponse.create(
                result.status(),
                Buffer.buffer(result.response().body()),
                result.response().headers().firstValue("Content-Type").orElse("")),
            operation.getOperationId())
        .await();
  }

  private static TopomView emptyGroup() {
    TopomView busy = Views.busy();
    return Views.withTopology(
        busy,
        new Topology(
            "demo", busy.topology().epoch(), busy.topology().slots(), Map.of(1, Group.empty(1))));
  }
}
