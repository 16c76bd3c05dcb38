package io.vodis.topom.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.RoutingContext;
import io.vodis.model.HostAndPort;
import io.vodis.topom.TopomException;
import io.vodis.topom.audit.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes a change on to the leader and its answer back, so that a caller need not know who leads. A
 * request is passed on once at most.
 */
final class LeaderForwarder {

  private static final Logger LOGGER = LoggerFactory.getLogger(LeaderForwarder.class);

  /** Set on what was passed on already; its receiver must be the leader or refuse. */
  private static final String FORWARDED = "X-Vodis-Forwarded";

  /** The address from which it came to whoever has passed it on. */
  private static final String ORIGIN = "X-Vodis-Origin";

  /** How the caller names itself. */
  private static final String ACTOR = "X-Vodis-Actor";

  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

  /** A switchover waits for replication and for proxies; no change takes longer than this. */
  private static final int ANSWER_TIMEOUT_MILLIS = 120_000;

  private static final int CONNECTIONS_MAX = 16;
  private static final int WAITING_MAX = 64;

  private final HttpClient client;

  LeaderForwarder(Vertx vertx) {
    client =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX).setMaxWaitQueueSize(WAITING_MAX));
  }

  static boolean isForwarded(HttpServerRequest request) {
    return request.headers().contains(FORWARDED);
  }

  /**
   * Who calls. A call that was passed on names where it came from; the address that it really came
   * from is told too, since everybody can set a header.
   */
  static Caller caller(HttpServerRequest request) {
    String actor = request.getHeader(ACTOR);
    String remote = String.valueOf(request.remoteAddress());
    String origin = request.getHeader(ORIGIN);
    return new Caller(
        actor == null ? "admin" : actor, origin == null ? remote : origin + " via " + remote);
  }

  /** Answers the caller with what the leader answers, or fails the context. */
  void forward(RoutingContext context, HostAndPort leader) {
    send(context, leader)
        .compose(response -> response.body().map(body -> new LeaderAnswer(response, body)))
        .onComplete(
            answer -> relay(context, answer),
            failure -> context.fail(unavailable(leader, failure)));
  }

  Future<Void> close() {
    return client.close();
  }

  private record LeaderAnswer(HttpClientResponse response, Buffer body) {}

  private Future<HttpClientResponse> send(RoutingContext context, HostAndPort leader) {
    HttpServerRequest request = context.request();
    RequestOptions options =
        new RequestOptions()
            .setMethod(request.method())
            .setHost(leader.host())
            .setPort(leader.port())
            .setURI(request.uri())
            .setIdleTimeout(ANSWER_TIMEOUT_MILLIS)
            .putHeader(FORWARDED, "1")
            .putHeader(ORIGIN, String.valueOf(request.remoteAddress()));
    copyHeader(request, options, ACTOR);
    copyHeader(request, options, HttpHeaders.AUTHORIZATION);
    copyHeader(request, options, HttpHeaders.CONTENT_TYPE);
    Buffer body = context.body().buffer();
    return client
        .request(options)
        .compose(outgoing -> body == null ? outgoing.send() : outgoing.send(body));
  }

  private static void copyHeader(
      HttpServerRequest request, RequestOptions options, CharSequence name) {
    String value = request.getHeader(name);
    if (value != null) {
      options.putHeader(name, value);
    }
  }

  private static void relay(RoutingContext context, LeaderAnswer answer) {
    String contentType = answer.response().getHeader(HttpHeaders.CONTENT_TYPE);
    JsonResponses.send(
        context.response(),
        answer.response().statusCode(),
        contentType == null ? JsonResponses.CONTENT_TYPE : contentType,
        answer.body());
  }

  private static TopomException unavailable(HostAndPort leader, Throwable failure) {
    LOGGER.warn("passing a change on to the leader {} failed: {}", leader, failure.toString());
    return new TopomException(
        TopomException.Code.UNAVAILABLE,
        "the leader "
            + leader
            + " did not answer; look whether the change was made before trying again",
        failure);
  }
}
