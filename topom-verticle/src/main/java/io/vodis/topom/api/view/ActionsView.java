package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Slot actions that are not finished, in the order in which they start. */
public record ActionsView(
    long epoch,
    ActionCounts counts,
    @Nullable Double keysPerSecond,
    @Nullable Long etaMillis,
    List<Action> actions) {

  public record Action(
      int slotId,
      int sourceGroupId,
      int targetGroupId,
      int index,
      String state,
      boolean returning,
      @Nullable String waitingFor,
      long movedKeys,
      @Nullable Double keysPerSecond,
      @Nullable Long etaMillis,
      List<String> bigKeys) {}
}
