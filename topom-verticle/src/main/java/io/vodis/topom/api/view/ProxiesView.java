package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All proxies that are listed. */
public record ProxiesView(long epoch, List<Proxy> proxies) {

  /**
   * A proxy.
   *
   * @param epoch last acknowledged to the leader; null if none or not known here
   * @param warnings what is wrong with it although it serves; the leader alone knows
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
      String incarnation,
      List<String> warnings) {}
}
