package io.vodis.topom;

import io.vodis.model.AuditEntry;
import io.vodis.model.HostAndPort;
import io.vodis.topom.audit.Caller;
import io.vodis.topom.census.Census;
import io.vodis.topom.census.FsckReport;
import io.vodis.topom.edit.ControlEdits;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.plan.RebalancePlan;
import io.vodis.topom.plan.RebalancePolicy;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What an operator can ask of the topology manager: the port between {@code topom.api} and the
 * service. Methods block, are called from virtual threads and throw {@link TopomException}.
 * Changing ones work on the leader only ({@code NOT_LEADER} elsewhere) and return once the change
 * is committed in the store, except where said.
 */
public interface TopomService {

  TopomView view();

  /** The same service on behalf of somebody, whose changes are put down in the audit log. */
  TopomService as(Caller caller);

  /**
   * The newest entries of the audit log, newest first.
   *
   * @param before only entries of lower epochs; {@link Long#MAX_VALUE} for the newest
   */
  List<AuditEntry> audit(long before, int limit);

  void createGroup(int groupId);

  /** The group must have no servers. */
  void removeGroup(int groupId);

  /**
   * Adds a server as the group's primary if it is the first, else as a replica, and makes it follow
   * the primary. The server must answer and belong to no group.
   */
  void addServer(int groupId, HostAndPort server, String datacenter);

  /** A replica, or the last server of a group that owns no slot. */
  void removeServer(int groupId, HostAndPort server);

  /**
   * Planned switchover: returns once the replica is primary and every proxy uses it, or throws
   * having changed nothing.
   */
  void promote(int groupId, HostAndPort replica);

  /** Gives idle slots to a group without moving keys. */
  void assignSlots(int firstSlotId, int lastSlotId, int groupId);

  /** Takes idle slots from their groups; their keys stay where they are, unreachable. */
  void offlineSlots(int firstSlotId, int lastSlotId);

  /**
   * Creates pending actions for the idle slots of the range that are not in the group already.
   *
   * @return how many
   */
  int migrateSlots(int firstSlotId, int lastSlotId, int groupId);

  /**
   * Cancels an action in any state: what has not started is forgotten, what has moved keys turns
   * round and brings them back. {@code CONFLICT} if it is on its way back already, or the slot was
   * offline before.
   */
  void cancelAction(int slotId);

  /** Cancels every action, as {@link #cancelAction}; returns how many. */
  int cancelAllActions();

  /** Lets all actions stand still where it does no harm; outlives this topom. */
  void pauseActions();

  /** Lets the action of one slot stand still. */
  void pauseAction(int slotId);

  /** Lets all actions go on, also those that were paused one by one. */
  void resumeActions();

  /** Lets the action of one slot go on. */
  void resumeAction(int slotId);

  /** What holds for running actions now. */
  MigrationLimits migrationLimits();

  /** Changes how actions run, from what was said so far; also of those that are running. */
  void changeMigration(UnaryOperator<ControlEdits.Settings> change);

  /** Cancels all pending actions; returns how many. */
  int cancelPendingActions();

  /** A plan for the present topology; changes nothing. */
  RebalancePlan planRebalance();

  /** Creates the plan's actions; {@code CONFLICT} if the topology is no longer that of the plan. */
  void confirmRebalance(RebalancePlan plan);

  /**
   * A plan by another measure than the number of slots, or with weights, exclusions or limits;
   * changes nothing. Measuring memory reads every key.
   */
  RebalancePlan planRebalance(RebalancePolicy policy);

  /** The plan that was made last, if this is its id. */
  Optional<RebalancePlan> plannedRebalance(String id);

  /** Queues moves of all idle slots of a group to the others; returns how many. */
  int drainGroup(int groupId);

  /** What slots hold, by reading every key of them. */
  Census census(int firstSlotId, int lastSlotId);

  /** Keys per second of the last batch of moves; 0 if none was measured. */
  double measuredKeysPerSecond();

  /**
   * Looks for keys on servers that do not own their slot.
   *
   * @param repair of two copies removes the one that is not the owner's; moves a single one
   */
  FsckReport fsck(boolean repair);

  /** Removes a proxy that is not alive from the list. */
  void removeProxy(String token);
}
