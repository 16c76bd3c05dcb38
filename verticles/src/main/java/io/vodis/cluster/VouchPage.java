package io.vodis.cluster;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.config.ProductConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /vouch} on the HTTP port of a member: the question of {@link VouchQuery} for those
 * who cannot ask it over the bus, because they were started while the store is away. Asks for one
 * incarnation of a member: a process that has taken its place does not answer for it.
 */
public final class VouchPage {

  static final String PATH = "/vouch";

  private static final Logger LOGGER = LoggerFactory.getLogger(VouchPage.class);

  private final VouchSeal seal;
  private volatile @Nullable Witness witness;

  /** Nobody can be asked yet. */
  public VouchPage(ProductConfig product) {
    this.seal = new VouchSeal(product);
  }

  public void addTo(Router router) {
    router.post(PATH).handler(this::answer);
  }

  /** From now on this one answers; null for nobody. */
  void witness(@Nullable Witness next) {
    witness = next;
  }

  private void answer(RoutingContext context) {
    HttpServerRequest request = context.request();
    MultiMap given = request.params();
    String asked = given(given, "witness");
    String proxy = given(given, "proxy");
    String nonce = given(given, "nonce");
    long round;
    long millis;
    try {
      round = Long.parseLong(given(given, "round"));
      millis = Long.parseLong(given(given, "millis"));
    } catch (NumberFormatException e) {
      refuse(context, 400, "round and millis are numbers");
      return;
    }
    if (!seal.fits(given(given, "seal"), "ask", asked, proxy, round, millis, nonce)) {
      refuse(context, 403, "the seal is wrong: do all processes have the same product_auth?");
      return;
    }
    Witness present = witness;
    if (present == null || !present.incarnation().equals(asked)) {
      refuse(context, 404, "that process is not here any more");
      return;
    }
    Vouched word = present.vouch(new VouchQuery(proxy, round, millis));
    end(
        context,
        200,
        new JsonObject()
            .put("millis", word.millis())
            .put("storeAnswers", word.storeAnswers())
            .put(
                "seal",
                seal.of("answer", asked, nonce, proxy, word.millis(), word.storeAnswers())));
  }

  private static String given(MultiMap params, String name) {
    String value = params.get(name);
    return value == null ? "" : value;
  }

  private static void refuse(RoutingContext context, int status, String why) {
    end(context, status, new JsonObject().put("error", why));
  }

  private static void end(RoutingContext context, int status, JsonObject body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(body.encode() + "\n")
        .onFailure(e -> LOGGER.debug("the answer was not taken", e));
  }
}
