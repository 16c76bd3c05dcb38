package io.vodis.topom.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vodis.topom.api.view.ErrorView;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets reads pass, and changes only with the admin token. Decided by method and before anything
 * else is looked at, so that no operation can be forgotten.
 */
final class AdminTokenHandler implements Handler<RoutingContext> {

  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private static final String SCHEME = "Bearer ";

  private final byte[] expected;

  AdminTokenHandler(String adminToken) {
    expected = adminToken.getBytes(StandardCharsets.UTF_8);
  }

  static boolean changes(HttpMethod method) {
    return !READING.contains(method);
  }

  @Override
  public void handle(RoutingContext context) {
    if (!changes(context.request().method())) {
      context.next();
    } else if (expected.length == 0) {
      refuse(
          context,
          403,
          "READ_ONLY",
          "this topom has no admin_token configured and refuses every change; set admin_token");
    } else {
      check(context, context.request().getHeader(HttpHeaders.AUTHORIZATION));
    }
  }

  private void check(RoutingContext context, @Nullable String authorization) {
    if (authorization == null) {
      unauthorized(context, "changes need the header Authorization: Bearer <admin_token>");
    } else if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      unauthorized(context, "the Authorization header is not of the form Bearer <admin_token>");
    } else if (!matches(authorization.substring(SCHEME.length()).trim())) {
      unauthorized(context, "the admin token is wrong");
    } else {
      context.next();
    }
  }

  /** In a time that does not tell how much of it was right. */
  private boolean matches(String given) {
    return MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
  }

  private static void unauthorized(RoutingContext context, String message) {
    context.response().putHeader("WWW-Authenticate", "Bearer");
    refuse(context, 401, "UNAUTHORIZED", message);
  }

  private static void refuse(RoutingContext context, int status, String code, String message) {
    JsonResponses.send(context.response(), status, new ErrorView(code, message));
  }
}
