package io.vodis.cluster;

import io.vodis.config.CoordinatorConfig;
import io.vodis.model.HostAndPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;

/** Finds the host under which other members reach this process. */
final class AdvertisedHost {

  private AdvertisedHost() {}

  /**
   * The configured host, or else this machine's address on the way to the store: that is one the
   * other members can reach too, and it is the loopback address exactly if the store's is.
   */
  static String of(CoordinatorConfig config) {
    if (!config.advertisedHost().isBlank()) {
      return config.advertisedHost();
    }
    return onTheWayTo(config.servers())
        .or(AdvertisedHost::ofAnInterface)
        .map(AdvertisedHost::text)
        .orElse("127.0.0.1");
  }

  /** No packet is sent: connecting a datagram socket only asks for a route. */
  private static Optional<InetAddress> onTheWayTo(List<HostAndPort> servers) {
    for (HostAndPort server : servers) {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(InetAddress.getByName(server.host()), server.port()));
        InetAddress local = socket.getLocalAddress();
        if (!local.isAnyLocalAddress()) {
          return Optional.of(local);
        }
      } catch (IOException e) {
        continue; // no address or no route: the next server may have one
      }
    }
    return Optional.empty();
  }

  private static Optional<InetAddress> ofAnInterface() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
          .findFirst();
    } catch (SocketException e) {
      return Optional.empty();
    }
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int zone = address instanceof Inet6Address ? text.indexOf('%') : -1;
    return zone < 0 ? text : text.substring(0, zone);
  }
}
