package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The product in one screen.
 *
 * @param warnings what somebody should look at although clients are served; the leader alone knows
 */
public record OverviewView(
    String product,
    long epoch,
    long term,
    boolean leading,
    @Nullable Leader leader,
    int groups,
    Slots slots,
    Servers servers,
    Proxies proxies,
    ActionCounts actions,
    List<String> warnings) {

  public record Leader(String token, String address) {}

  public record Slots(int total, int assigned, int offline, int moving) {}

  /** {@code answering} is null unless the leader answers. */
  public record Servers(int total, @Nullable Integer answering) {}

  /** {@code current} is null unless the leader answers. */
  public record Proxies(int total, int alive, @Nullable Integer current) {}
}
