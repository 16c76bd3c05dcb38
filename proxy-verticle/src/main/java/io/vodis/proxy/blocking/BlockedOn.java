package io.vodis.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.session.SessionEnvironment;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A connection on which a request waits at the server, and the means to end that wait from outside:
 * {@code CLIENT UNBLOCK} over the shared connection.
 *
 * <p>Invariant: the connection is not given back before every CLIENT UNBLOCK for it has been
 * answered, so that none can hit a later user of it.
 */
public final class BlockedOn {

  private static final long UNKNOWN = 0;
  private static final long NONE = -1;

  private final BackendConnection own;
  private final SessionEnvironment env;
  private boolean wanted;
  private boolean withError;
  private boolean asking;
  private boolean answered;

  BlockedOn(BackendConnection own, SessionEnvironment env) {
    this.own = own;
    this.env = env;
    if (own.serverClientId() == UNKNOWN) {
      send(
          "*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n",
          reply -> {
            own.serverClientId(number(reply, NONE));
            ask();
          });
    }
  }

  private static long number(String reply, long otherwise) {
    return reply.matches(":\\d{1,18}\r\n") ? Long.parseLong(reply.substring(1).strip()) : otherwise;
  }

  /** Sends a request ahead of the one that will wait. */
  void send(String frame, Consumer<String> onReply) {
    ByteBuf bytes = Unpooled.wrappedBuffer(frame.getBytes(StandardCharsets.ISO_8859_1));
    own.send(new Told(onReply, () -> {}), bytes, 0, bytes.readableBytes());
  }

  /** Has the server end the wait, as if the time were up or with an error. */
  void unblock(boolean error) {
    wanted = true;
    withError = error;
    ask();
  }

  /** Tries again what could not be done, or came too early for the server. */
  void tick() {
    ask();
  }

  private void ask() {
    long id = own.serverClientId();
    if (!wanted || asking || answered || own.isClosed() || id == UNKNOWN) {
      return;
    }
    if (id == NONE) {
      own.close("the server cannot end a wait");
      return;
    }
    BackendConnection shared = own.owner().acquire();
    if (shared == null) {
      return;
    }
    asking = true;
    byte[] frame =
        BlockingCall.frame("CLIENT", "UNBLOCK", Long.toString(id), withError ? "ERROR" : "TIMEOUT");
    ByteBuf bytes = Unpooled.wrappedBuffer(frame);
    shared.send(
        new Told(this::onAsked, () -> own.close("it is not known whether a wait was ended")),
        bytes,
        0,
        frame.length);
    env.copies().end();
  }

  private void onAsked(String reply) {
    asking = false;
    // 0: it did not wait yet, or does no more; the next tick asks again if need be.
    wanted &= number(reply, 0) == 0;
    if (answered) {
      giveBack();
    }
  }

  /** The request has been answered. */
  void onAnswered() {
    answered = true;
    if (!asking) {
      giveBack();
    }
  }

  private void giveBack() {
    if (!own.isClosed()) {
      own.owner().releaseExclusive(own);
    }
  }

  /** Nobody wants the answer: the server notices that the connection is gone. */
  void abandon() {
    if (!answered) {
      own.close("the client has gone");
    }
  }

  BackendConnection connection() {
    return own;
  }

  private static final class Told extends Request {

    private final Consumer<String> onReply;
    private final Runnable onNone;

    Told(Consumer<String> onReply, Runnable onNone) {
      this.onReply = onReply;
      this.onNone = onNone;
    }

    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      onReply.accept(in.toString(offset, length, StandardCharsets.ISO_8859_1));
    }

    @Override
    protected void onFailure(byte[] error) {
      onNone.run();
    }
  }
}
