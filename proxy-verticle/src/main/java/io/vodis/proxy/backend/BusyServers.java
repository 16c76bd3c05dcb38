package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Servers that a script has kept busy for so long that they answer nothing else, and what they say
 * to everybody. One per loop; what one loop finds out it tells the others by message.
 */
public final class BusyServers {

  /** What a server says, and whether that is known to hold still. */
  private record Busy(byte[] reply, BooleanSupplier still) {}

  private final Map<HostAndPort, Busy> busy = new HashMap<>();
  private BiConsumer<HostAndPort, byte @Nullable []> onChange = (server, reply) -> {};

  /** Whom to tell; the reply is null if the server is not busy any more. */
  public void tell(BiConsumer<HostAndPort, byte @Nullable []> change) {
    onChange = change;
  }

  /** This loop has found out; {@code still} is asked before anybody is told so. */
  void began(HostAndPort server, byte[] reply, BooleanSupplier still) {
    busy.put(server, new Busy(reply, still));
    onChange.accept(server, reply);
  }

  void ended(HostAndPort server) {
    learn(server, null);
    onChange.accept(server, null);
  }

  /** A loop has found out, perhaps this one, which then knows better. */
  public void learn(HostAndPort server, byte @Nullable [] reply) {
    if (reply == null) {
      busy.remove(server);
    } else {
      busy.putIfAbsent(server, new Busy(reply, () -> true));
    }
  }

  /** What that server answers to everything now; null if it is not known to be busy. */
  public byte @Nullable [] reply(HostAndPort server) {
    Busy known = busy.isEmpty() ? null : busy.get(server);
    if (known != null && !known.still().getAsBoolean()) {
      ended(server);
      return null;
    }
    return known == null ? null : known.reply();
  }
}
