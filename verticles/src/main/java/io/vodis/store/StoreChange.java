package io.vodis.store;

import io.vodis.model.AuditEntry;
import io.vodis.model.Group;
import io.vodis.model.MigrationControl;
import io.vodis.model.SlotMapping;

/** One row of a committed change. */
public sealed interface StoreChange {

  /** Writes a slot's row. */
  record PutSlot(SlotMapping slot) implements StoreChange {}

  /** Writes a group's row, creating the group if it is new. */
  record PutGroup(Group group) implements StoreChange {}

  /** Writes what was said about running actions. */
  record PutControl(MigrationControl control) implements StoreChange {}

  /** Writes down who made this change; at most one in a commit. */
  record AddAudit(AuditEntry entry) implements StoreChange {}

  /** Removes a group's row; nothing happens if there is none. */
  record RemoveGroup(int groupId) implements StoreChange {}
}
