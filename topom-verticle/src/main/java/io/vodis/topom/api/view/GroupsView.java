package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All groups by id. */
public record GroupsView(long epoch, List<Group> groups) {

  public record Group(
      int groupId, int slots, Promotion promotion, List<ServersView.Server> servers) {}

  public record Promotion(String state, @Nullable String candidate) {}
}
