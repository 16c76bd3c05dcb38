package io.vodis.proxy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vodis.resp.RespErrors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns away a client that is one too many, with a word to it and one to the operator. */
final class Refusal {

  private static final Logger LOGGER = LoggerFactory.getLogger(Refusal.class);
  private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private long loggedNanos = System.nanoTime() - LOG_INTERVAL_NANOS;

  void send(NetSocket socket, int maxClients) {
    long now = System.nanoTime();
    if (now - loggedNanos >= LOG_INTERVAL_NANOS) {
      loggedNanos = now;
      LOGGER.warn(
          "a client from {} is refused: this loop has its {} clients (proxy_max_clients)",
          socket.remoteAddress(),
          maxClients);
    }
    socket.end(Buffer.buffer(RespErrors.MAX_CLIENTS)).onFailure(e -> socket.close());
  }
}
