package io.vodis.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * Sends typed messages. A refusal is a {@link ReplyException} that {@link BusFailure#of}
 * recognises; no answer and no receiver are other failure types of the same exception.
 */
public final class BusClient {

  private BusClient() {}

  /**
   * Sends a message to one receiver and expects its answer.
   *
   * @param to {@link Address#in} or {@link Address#of}
   */
  public static <Q extends BusMessage, R extends BusMessage> Future<R> request(
      Vertx vertx, Address<Q, R> address, String to, Q message, Duration timeout) {
    DeliveryOptions options = new DeliveryOptions().setSendTimeout(timeout.toMillis());
    return vertx
        .eventBus()
        .<BusMessage>request(to, message, options)
        .map(reply -> address.reply().cast(reply.body()));
  }

  /** The same, expecting one kind of answer; another kind is an {@code INVALID} failure. */
  public static <Q extends BusMessage, R extends BusMessage, S extends R> Future<S> request(
      Vertx vertx, Address<Q, R> address, String to, Q message, Duration timeout, Class<S> kind) {
    return request(vertx, address, to, message, timeout).map(reply -> expect(kind, reply));
  }

  /**
   * Sends a message and waits for its answer. For virtual threads and other threads that may wait,
   * never for an event loop.
   *
   * @throws ReplyException if the message was refused, not answered, or nobody listens
   */
  public static <Q extends BusMessage, R extends BusMessage, S extends R> S ask(
      Vertx vertx, Address<Q, R> address, String to, Q message, Duration timeout, Class<S> kind) {
    return await(request(vertx, address, to, message, timeout, kind));
  }

  /** Sends a message to everybody who listens now, without knowing who does. */
  public static <Q extends BusMessage> void publish(
      Vertx vertx, Address<Q, ?> address, String product, Q message) {
    vertx.eventBus().publish(address.in(product), message);
  }

  private static <S> S expect(Class<S> kind, Object body) {
    if (!kind.isInstance(body)) {
      throw BusFailure.INVALID.asException(
          "expected " + kind.getSimpleName() + ", got " + body.getClass().getSimpleName());
    }
    return kind.cast(body);
  }

  private static <T> T await(Future<T> future) {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException("waiting on an event loop");
    }
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ReplyException(ReplyFailure.ERROR, "interrupted while waiting for an answer");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ReplyException reply) {
        throw reply;
      }
      throw new ReplyException(ReplyFailure.ERROR, String.valueOf(e.getCause()));
    }
  }
}
