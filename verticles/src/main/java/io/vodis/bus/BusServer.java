package io.vodis.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers typed receivers. A handler answers with a value or fails with {@link
 * BusFailure#asException}; any other exception reaches the sender as {@link BusFailure#INTERNAL}
 * and the log of this process. A message that cannot be read is refused as {@code INVALID}.
 */
public final class BusServer {

  private static final Logger LOGGER = LoggerFactory.getLogger(BusServer.class);

  private BusServer() {}

  /**
   * Answers on the context of the caller. Others can reach the address once {@link
   * MessageConsumer#completion()} is done, and a little later on other nodes.
   */
  public static <Q extends BusMessage, R extends BusMessage> MessageConsumer<Q> serve(
      Vertx vertx, Address<Q, R> address, String at, Function<Q, Future<? extends R>> handler) {
    return vertx.eventBus().consumer(at, message -> dispatch(address, message, handler));
  }

  /** Answers each message on a virtual thread of its own, where the handler may block. */
  public static <Q extends BusMessage, R extends BusMessage> MessageConsumer<Q> serveBlocking(
      Vertx vertx, Address<Q, R> address, String at, Function<Q, ? extends R> handler) {
    return vertx
        .eventBus()
        .consumer(
            at,
            message ->
                Thread.ofVirtual()
                    .name(at)
                    .start(
                        () ->
                            dispatch(
                                address,
                                message,
                                query -> Future.succeededFuture(handler.apply(query)))));
  }

  /** Receives what is published, without answering. */
  public static <Q extends BusMessage> MessageConsumer<Q> subscribe(
      Vertx vertx, Address<Q, ?> address, String product, Consumer<Q> handler) {
    return vertx
        .eventBus()
        .consumer(
            address.in(product),
            message -> {
              try {
                handler.accept(address.request().cast(message.body()));
              } catch (RuntimeException e) {
                LOGGER.warn("a message on {} was dropped", message.address(), e);
              }
            });
  }

  private static <Q extends BusMessage, R extends BusMessage> void dispatch(
      Address<Q, R> address, Message<Q> message, Function<Q, Future<? extends R>> handler) {
    Future<? extends R> answer;
    try {
      answer = handler.apply(address.request().cast(message.body()));
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    answer.onComplete(
        result -> {
          if (result.succeeded()) {
            message.reply(result.result());
          } else {
            refuse(message, result.cause());
          }
        });
  }

  private static void refuse(Message<?> message, Throwable error) {
    BusFailure failure = BusFailure.of(error).orElse(BusFailure.INTERNAL);
    if (failure == BusFailure.INTERNAL) {
      LOGGER.warn("a message on {} failed", message.address(), error);
    }
    message.fail(failure.code(), String.valueOf(error.getMessage()));
  }
}
