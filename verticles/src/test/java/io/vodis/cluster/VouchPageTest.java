package io.vodis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members are asked over HTTP by whoever has no bus. */
class VouchPageTest {

  private static final ProductConfig PRODUCT = new ProductConfig("vouching", "secret");
  private static final Duration LEASE = Duration.ofSeconds(4);
  private static final VouchQuery QUERY = new VouchQuery("p-1", 1, LEASE.toMillis());

  private final Vertx vertx = Vertx.vertx();
  private final VouchPage page = new VouchPage(PRODUCT);
  private final VouchCalls calls = new VouchCalls(vertx, PRODUCT, Duration.ofSeconds(5));
  private volatile long storeNanos = System.nanoTime() - LEASE.toNanos();
  private final Witness witness = witness("w-1");
  private HttpServer server;

  private Witness witness(String incarnation) {
    return new Witness(incarnation, () -> storeNanos, Clock.SYSTEM, LEASE);
  }

  @BeforeEach
  void listen() throws Exception {
    Router router = Router.router(vertx);
    page.addTo(router);
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    calls.close();
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private Member member(String incarnation) {
    HostAndPort address = new HostAndPort("127.0.0.1", server.actualPort());
    return new Member(Role.HA, "w", incarnation, address, address, "", 1, "");
  }

  private Vouched ask(VouchCalls asking) throws Exception {
    return asking.ask(member("w-1"), QUERY).await(10, TimeUnit.SECONDS);
  }

  @Test
  void itGivesItsWordAsOverTheBus() throws Exception {
    page.witness(witness);
    assertThat(ask(calls)).isEqualTo(new Vouched("w-1", LEASE.toMillis(), false));
    storeNanos = System.nanoTime();
    assertThat(ask(calls)).isEqualTo(new Vouched("w-1", 0, true));
  }

  @Test
  void aProcessThatHasTakenItsPlaceDoesNotAnswerForIt() {
    assertThatThrownBy(() -> ask(calls)).hasMessageContaining("not here any more");
    page.witness(witness("w-2"));
    assertThatThrownBy(() -> ask(calls)).hasMessageContaining("not here any more");
  }

  @Test
  void whoDoesNotKnowTheSecretIsRefusedAndNotBelieved() {
    page.witness(witness);
    try (VouchCalls stranger =
        new VouchCalls(vertx, new ProductConfig("vouching", "wrong"), Duration.ofSeconds(5))) {
      assertThatThrownBy(() -> ask(stranger)).hasMessageContaining("seal is wrong");
    }
  }

  @Test
  void anAnswerThatIsNotSealedIsNotBelieved() throws Exception {
    HttpServer liar =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .response()
                        .end("{\"millis\":4000,\"storeAnswers\":false,\"seal\":\"00\"}"))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS);
    HostAndPort address = new HostAndPort("127.0.0.1", liar.actualPort());
    Member member = new Member(Role.HA, "w", "w-1", address, address, "", 1, "");
    assertThatThrownBy(() -> calls.ask(member, QUERY).await(10, TimeUnit.SECONDS))
        .hasMessageContaining("seal of the answer is wrong");
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    page.witness(witness);
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.actualPort() + "/vouch?round=x"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(400);
  }
}
