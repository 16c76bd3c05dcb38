package io.vodis.topom.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vodis.lifecycle.BearerToken;
import io.vodis.topom.api.view.ErrorView;
import java.util.Set;

/**
 * Lets reads pass, and changes only with the admin token. Decided by method and before anything
 * else is looked at, so that no operation can be forgotten.
 */
final class AdminTokenHandler implements Handler<RoutingContext> {

  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private final BearerToken token;

  AdminTokenHandler(String adminToken) {
    token = new BearerToken(adminToken);
  }

  static boolean changes(HttpMethod method) {
    return !READING.contains(method);
  }

  @Override
  public void handle(RoutingContext context) {
    if (!changes(context.request().method())) {
      context.next();
    } else if (token.isEmpty()) {
      refuse(
          context,
          403,
          "READ_ONLY",
          "this topom has no admin_token configured and refuses every change; set admin_token");
    } else {
      token
          .refusal(context.request().getHeader(HttpHeaders.AUTHORIZATION))
          .ifPresentOrElse(reason -> unauthorized(context, reason), context::next);
    }
  }

  private static void unauthorized(RoutingContext context, String message) {
    context.response().putHeader("WWW-Authenticate", "Bearer");
    refuse(context, 401, "UNAUTHORIZED", message);
  }

  private static void refuse(RoutingContext context, int status, String code, String message) {
    JsonResponses.send(context.response(), status, new ErrorView(code, message));
  }
}
