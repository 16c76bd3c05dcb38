package io.vodis.bus;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.Optional;

/**
 * Why a command on the bus was refused; carried as the failure code of a {@link ReplyException}.
 */
public enum BusFailure {
  /** The receiver has a newer (term, epoch) than the message. */
  STALE_EPOCH(4001),
  /** The receiver is a topom, but not (or no longer) the leader. */
  NOT_LEADER(4002),
  /** The receiver has fenced itself and will not act. */
  FENCED(4003),
  /** Something else is under way; ask again later. */
  BUSY(4004),
  /** The message makes no sense to the receiver; asking again will not help. */
  INVALID(4005),
  /** The receiver failed; its log says why. */
  INTERNAL(4006);

  private final int code;

  BusFailure(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The failure as an exception that a handler passes to {@code message.fail} or throws. */
  public ReplyException asException(String text) {
    return new ReplyException(ReplyFailure.RECIPIENT_FAILURE, code, text);
  }

  /** What a failed request means, if it is one of ours rather than a time-out or no handler. */
  public static Optional<BusFailure> of(Throwable error) {
    if (error instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      for (BusFailure failure : values()) {
        if (failure.code == reply.failureCode()) {
          return Optional.of(failure);
        }
      }
    }
    return Optional.empty();
  }
}
