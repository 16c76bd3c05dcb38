package io.vodis.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.VodisException;
import io.vodis.model.Member;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/** Asks members on their {@link VouchPage}. */
public final class VouchCalls implements AutoCloseable {

  private static final int NONCE_BYTES = 16;
  private static final int OK = 200;

  private final HttpClient client;
  private final VouchSeal seal;
  private final Duration timeout;
  private final SecureRandom random = new SecureRandom();

  public VouchCalls(Vertx vertx, ProductConfig product, Duration timeout) {
    this.client =
        vertx.createHttpClient(new HttpClientOptions().setConnectTimeout((int) timeout.toMillis()));
    this.seal = new VouchSeal(product);
    this.timeout = timeout;
  }

  /**
   * Asks this very process; one that has taken its place does not count.
   *
   * @return fails with words that say why there is no answer
   */
  public Future<Vouched> ask(Member witness, VouchQuery query) {
    String nonce = nonce();
    String path =
        "%s?witness=%s&proxy=%s&round=%d&millis=%d&nonce=%s&seal=%s"
            .formatted(
                VouchPage.PATH,
                witness.incarnation(),
                query.incarnation(),
                query.round(),
                query.millis(),
                nonce,
                seal.of(
                    "ask",
                    witness.incarnation(),
                    query.incarnation(),
                    query.round(),
                    query.millis(),
                    nonce));
    return client
        .request(
            HttpMethod.POST, witness.adminAddress().port(), witness.adminAddress().host(), path)
        // At once: a body that nobody has asked for by the time it has come is lost.
        .compose(request -> request.send().compose(VouchCalls::body))
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .map(answer -> read(witness, query, nonce, answer));
  }

  private static Future<JsonObject> body(HttpClientResponse response) {
    return response
        .body()
        .map(
            bytes -> {
              JsonObject body = bytes.toJsonObject();
              if (response.statusCode() != OK) {
                throw new VodisException(
                    body.getString("error", "status " + response.statusCode()));
              }
              return body;
            });
  }

  private Vouched read(Member witness, VouchQuery query, String nonce, JsonObject answer) {
    long millis = answer.getLong("millis", 0L);
    boolean storeAnswers = answer.getBoolean("storeAnswers", true);
    String given = answer.getString("seal", "");
    if (!seal.fits(
        given, "answer", witness.incarnation(), nonce, query.incarnation(), millis, storeAnswers)) {
      throw new VodisException("the seal of the answer is wrong");
    }
    return new Vouched(witness.incarnation(), millis, storeAnswers);
  }

  private String nonce() {
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public void close() {
    var unused = client.close();
  }
}
