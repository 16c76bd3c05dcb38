package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All slots as ranges with the same owner and action, in order, without gaps. */
public record SlotsView(long epoch, List<Range> ranges) {

  /**
   * Neighbouring slots.
   *
   * @param last included
   * @param groupId 0 when offline; the source during an action
   * @param targetGroupId null when idle
   */
  public record Range(
      int first, int last, int groupId, String action, @Nullable Integer targetGroupId) {}
}
