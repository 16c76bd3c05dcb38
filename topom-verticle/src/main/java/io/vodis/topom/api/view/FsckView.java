package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys and servers that are not as the store says. */
public record FsckView(
    long epoch, String at, long tookMillis, long strayKeys, List<Key> keys, List<String> servers) {

  public record Key(
      String key,
      int slotId,
      String server,
      @Nullable String owner,
      int database,
      String kind,
      String outcome) {}
}
