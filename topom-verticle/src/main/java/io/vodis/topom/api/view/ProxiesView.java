package io.vodis.topom.api.view;

import java.util.List;

/** All proxies that are listed. */
public record ProxiesView(long epoch, List<Proxy> proxies) {

  /**
   * A proxy.
   *
   * @param epoch last acknowledged to the leader; -1 if none
   */
  public record Proxy(
      String token,
      boolean alive,
      long epoch,
      String address,
      String adminAddress,
      String datacenter,
      long pid,
      String startTime,
      String incarnation) {}
}
