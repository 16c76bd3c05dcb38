package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Servers that a script has kept busy for so long that they answer nothing else, and what they say
 * to everybody. One per loop; what one loop finds out it tells the others by message.
 */
public final class BusyServers {

  private final Map<HostAndPort, byte[]> words = new HashMap<>();
  private BiConsumer<HostAndPort, byte @Nullable []> onChange = (server, reply) -> {};

  /** Whom to tell; the reply is null if the server is not busy any more. */
  public void tell(BiConsumer<HostAndPort, byte @Nullable []> change) {
    onChange = change;
  }

  void began(HostAndPort server, byte[] reply) {
    learn(server, reply);
    onChange.accept(server, reply);
  }

  void ended(HostAndPort server) {
    learn(server, null);
    onChange.accept(server, null);
  }

  /** A loop has found out. */
  public void learn(HostAndPort server, byte @Nullable [] reply) {
    if (reply == null) {
      words.remove(server);
    } else {
      words.put(server, reply);
    }
  }

  /** What that server answers to everything now; null if it is not known to be busy. */
  public byte @Nullable [] reply(HostAndPort server) {
    return words.isEmpty() ? null : words.get(server);
  }
}
