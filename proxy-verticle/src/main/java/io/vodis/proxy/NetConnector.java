package io.vodis.proxy;

import io.vertx.core.net.NetClient;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.Connector;
import io.vodis.proxy.loop.RespSocket;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * Opens connections with the loop's one NetClient. Held by the loop for as long as it lives: Vert.x
 * closes all sockets of a NetClient that nobody refers to.
 */
final class NetConnector implements Connector {

  private final NetClient client;
  private final int keepAliveSeconds;

  NetConnector(NetClient client, int keepAliveSeconds) {
    this.client = client;
    this.keepAliveSeconds = keepAliveSeconds;
  }

  @Override
  public void connect(HostAndPort server, RespSocket socket, Consumer<Throwable> onFailure) {
    client
        .connect(server.port(), server.host())
        .onSuccess(connection -> socket.attach(connection, keepAliveSeconds))
        .onFailure(error -> onFailure.accept(cause(error)));
  }

  /** What a failed handshake failed for is said by its cause only. */
  private static Throwable cause(Throwable error) {
    Throwable cause = error;
    while (error instanceof SSLException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
