package io.vodis.topom.api;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.validation.ValidatedRequest;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomService;
import io.vodis.topom.TopomView;
import io.vodis.topom.api.view.ErrorView;
import io.vodis.topom.audit.Caller;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one operation: on a virtual thread of its own, since the service blocks; a change only where
 * this topom leads, else it is passed on to the leader.
 */
final class OperationHandler implements Handler<RoutingContext> {

  private static final Logger LOGGER = LoggerFactory.getLogger(OperationHandler.class);

  /** Where calls go and what carries them; shared by all operations of a server. */
  record Engine(
      Vertx vertx,
      TopomService service,
      Executor virtualThreads,
      Semaphore callsFree,
      LeaderForwarder forwarder) {}

  /** What became of a call, to be done on the event loop. */
  private sealed interface Outcome {
    record Answered(Answer answer) implements Outcome {}

    record Elsewhere(HostAndPort leader) implements Outcome {}

    record Failed(Throwable failure) implements Outcome {}
  }

  private final Operations.Operation operation;
  private final Engine engine;

  OperationHandler(Operations.Operation operation, Engine engine) {
    this.operation = operation;
    this.engine = engine;
  }

  @Override
  public void handle(RoutingContext context) {
    if (!engine.callsFree().tryAcquire()) {
      JsonResponses.send(
          context.response(),
          503,
          new ErrorView("BUSY", "too many calls are under way in this topom; try again"));
      return;
    }
    Context loop = engine.vertx().getOrCreateContext();
    ValidatedRequest request = context.get(RouterBuilder.KEY_META_DATA_VALIDATED_REQUEST);
    boolean changes = AdminTokenHandler.changes(context.request().method());
    Caller caller = LeaderForwarder.caller(context.request());
    boolean forwarded = LeaderForwarder.isForwarded(context.request());
    engine
        .virtualThreads()
        .execute(
            () -> {
              Outcome outcome = run(new Arguments(request), caller, changes, forwarded);
              loop.runOnContext(
                  ignored -> {
                    engine.callsFree().release();
                    finish(context, outcome, changes);
                  });
            });
  }

  /** Every failure is caught here: it belongs into the answer, there is no caller above. */
  @SuppressWarnings("IllegalCatch")
  private Outcome run(Arguments arguments, Caller caller, boolean changes, boolean forwarded) {
    try {
      if (changes) {
        TopomView view = engine.service().view();
        if (!view.leading()) {
          return elsewhere(view.leader(), forwarded);
        }
      }
      return new Outcome.Answered(operation.run(engine.service().as(caller), arguments));
    } catch (RuntimeException | Error e) {
      return new Outcome.Failed(e);
    }
  }

  private static Outcome elsewhere(@Nullable Member leader, boolean forwarded) {
    if (leader == null || forwarded) {
      String reason =
          forwarded ? "the leader is changing" : "no topom of this product leads at present";
      return new Outcome.Failed(
          new TopomException(TopomException.Code.NOT_LEADER, reason + "; try again"));
    }
    return new Outcome.Elsewhere(leader.serviceAddress());
  }

  private void finish(RoutingContext context, Outcome outcome, boolean changes) {
    switch (outcome) {
      case Outcome.Answered answered -> {
        if (changes) {
          LOGGER.info(
              "{} {} by {}: done",
              context.request().method(),
              context.normalizedPath(),
              context.request().remoteAddress());
        }
        JsonResponses.send(
            context.response(), answered.answer().status(), answered.answer().view());
      }
      case Outcome.Elsewhere elsewhere -> engine.forwarder().forward(context, elsewhere.leader());
      case Outcome.Failed failed -> {
        if (changes) {
          LOGGER.info(
              "{} {} by {}: {}",
              context.request().method(),
              context.normalizedPath(),
              context.request().remoteAddress(),
              failed.failure().getMessage());
        }
        context.fail(failed.failure());
      }
    }
  }
}
