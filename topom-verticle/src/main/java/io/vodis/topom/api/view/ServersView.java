package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All servers by group, the declared primary first. */
public record ServersView(long epoch, List<Server> servers) {

  /** What was declared of a server, and what it says of itself once it has answered. */
  public record Server(
      String server,
      int groupId,
      String declaredRole,
      String datacenter,
      @Nullable Boolean answering,
      @Nullable String role,
      @Nullable String error,
      @Nullable Long ageMillis,
      @Nullable String upstream,
      @Nullable Boolean linkUp,
      @Nullable Long linkDownSeconds,
      @Nullable Long offset,
      @Nullable Integer priority,
      @Nullable Long keys,
      @Nullable Long usedMemoryBytes,
      @Nullable Long maxMemoryBytes,
      @Nullable Integer connectedClients,
      @Nullable Boolean loading,
      @Nullable String version) {}
}
