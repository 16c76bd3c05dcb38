package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.loop.RespSocket;
import java.util.function.Consumer;

/** Opens TCP connections on the loop that asks. */
@FunctionalInterface
public interface Connector {

  /** Connects and attaches {@code socket}, or says why not. Both happen later, on the same loop. */
  void connect(HostAndPort server, RespSocket socket, Consumer<Throwable> onFailure);
}
