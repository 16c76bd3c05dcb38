package io.vodis.topom.audit;

import io.vodis.lifecycle.Clock;
import io.vodis.model.AuditEntry;
import io.vodis.store.StoreChange;
import java.util.ArrayList;
import java.util.List;

/** Adds to a change who makes it. */
public final class Auditor {

  private static final String DONE = "done";

  private final Clock clock;
  private final Caller caller;

  public Auditor(Clock clock, Caller caller) {
    this.clock = clock;
    this.caller = caller;
  }

  /**
   * The changes with their entry in the log; none if nothing changes.
   *
   * @param action what was asked for, with its arguments
   */
  public List<StoreChange> audited(String action, List<StoreChange> changes) {
    if (changes.isEmpty()) {
      return changes;
    }
    List<StoreChange> all = new ArrayList<>(changes);
    all.add(entry(action, ChangeText.of(changes), DONE));
    return all;
  }

  /** What came of something that took several changes, or none. */
  public List<StoreChange> outcome(String action, String plan, String result) {
    return List.of(entry(action, plan, result));
  }

  private StoreChange entry(String action, String plan, String result) {
    return new StoreChange.AddAudit(
        new AuditEntry(0, clock.now(), caller.actor(), caller.origin(), action, plan, result));
  }
}
