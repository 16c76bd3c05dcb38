package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All proxies that are listed. */
public record ProxiesView(long epoch, List<Proxy> proxies) {

  /**
   * A proxy.
   *
   * @param epoch last acknowledged to the leader; null if none or not known here
   */
  public record Proxy(
      String token,
      boolean alive,
      @Nullable Long epoch,
      String address,
      String adminAddress,
      String datacenter,
      long pid,
      String startTime,
      String incarnation) {}
}
