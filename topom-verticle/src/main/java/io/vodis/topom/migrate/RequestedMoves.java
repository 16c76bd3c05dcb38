package io.vodis.topom.migrate;

import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply;
import io.vodis.bus.TopomCommand.MoveKeys;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdminException;
import io.vodis.slot.SlotHash;
import io.vodis.store.StoreException;
import io.vodis.topom.dump.DumpKey;
import io.vodis.topom.dump.DumpWay;
import io.vodis.topom.plan.MigrationScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Moves single keys for proxies that must not do it themselves. Goes on while the store is away:
 * whoever leads next ends the connections of these moves first.
 */
public final class RequestedMoves {

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** What is to be done about a key that a proxy has asked for. */
  private enum Need {
    /** It is on its way from there to there. */
    MOVE,
    /** The same, and back where it came from. */
    MOVE_BACK,
    /** All keys of its slot have been moved. */
    NOTHING,
    /** Its slot is not on that way, or not now. */
    REFUSE
  }

  private final SlotWork work;

  public RequestedMoves(SlotWork work) {
    this.work = work;
  }

  /** Whether keys of a group are on their way now, or are about to be. */
  public boolean isRunning(int groupId) {
    return work.topology().current().primaryOf(groupId).filter(work.dumps()::isBusy).isPresent();
  }

  /** Returns when the keys have left the source; blocks. What it throws is for the bus. */
  public BusReply move(MoveKeys command) {
    if (work.term().hasEnded()) {
      throw BusFailure.NOT_LEADER.asException("term " + work.term().number() + " is over");
    }
    Topology topology = work.topology().current();
    List<DumpKey> keys = new ArrayList<>();
    List<Integer> moving = new ArrayList<>();
    List<Integer> left = new ArrayList<>();
    for (int place = 0; place < command.keys().size(); place++) {
      byte[] name = Base64.getDecoder().decode(command.keys().get(place));
      SlotMapping slot = topology.slot(SlotHash.slotOf(name));
      Need need = need(topology, slot, command);
      if (need == Need.REFUSE) {
        left.add(place);
      } else if (need != Need.NOTHING && slot.action() instanceof SlotAction.Moving action) {
        keys.add(new DumpKey(name, action.proof(), need == Need.MOVE_BACK));
        moving.add(place);
      }
    }
    DumpWay way = new DumpWay(command.source(), command.target(), command.database());
    try {
      if (!keys.isEmpty()
          && !work.dumps()
              .moveFirst(
                  way,
                  keys,
                  TIMEOUT,
                  Duration.ofMillis(command.replicaWaitMillis()),
                  () -> allOnTheirWay(keys, command))) {
        left.addAll(moving);
      }
    } catch (RedisAdminException | StoreException e) {
      throw BusFailure.BUSY.asException(String.valueOf(e.getMessage()));
    }
    return new BusReply.KeysMoved(left);
  }

  /** As of now, when the way has been locked. */
  private boolean allOnTheirWay(List<DumpKey> keys, MoveKeys command) {
    Topology topology = work.topology().current();
    for (DumpKey key : keys) {
      SlotMapping slot = topology.slot(SlotHash.slotOf(key.name()));
      if (need(topology, slot, command) != (key.returning() ? Need.MOVE_BACK : Need.MOVE)
          || ((SlotAction.Moving) slot.action()).proof() != key.proof()) {
        return false;
      }
    }
    return true;
  }

  private static Need need(Topology topology, SlotMapping slot, MoveKeys command) {
    return switch (slot.action()) {
      case SlotAction.Migrating moving ->
          way(topology, slot.groupId(), moving, command)
              ? moving.returning() ? Need.MOVE_BACK : Need.MOVE
              : Need.REFUSE;
      case SlotAction.Turning moving ->
          way(topology, slot.groupId(), moving, command) ? Need.MOVE : Need.REFUSE;
      // Proxies that have not fenced it yet still need keys the way it went, and end with that.
      case SlotAction.Preparing moving ->
          moving.returning() && wayBefore(topology, slot.groupId(), moving, command)
              ? Need.MOVE
              : Need.REFUSE;
      case SlotAction.Finished moving ->
          isPrimary(topology, moving.targetGroupId(), command.target())
              ? Need.NOTHING
              : Need.REFUSE;
      // Asked for before that was so.
      case SlotAction.Idle idle ->
          isPrimary(topology, slot.groupId(), command.target()) ? Need.NOTHING : Need.REFUSE;
      case SlotAction.Pending pending -> Need.REFUSE;
      case SlotAction.Prepared prepared -> Need.REFUSE;
    };
  }

  private static boolean way(
      Topology topology, int groupId, SlotAction.Moving moving, MoveKeys command) {
    return moving.method() == MigrationMethod.DUMP
        && isPrimary(topology, groupId, command.source())
        && isPrimary(topology, moving.targetGroupId(), command.target())
        && noPromotion(topology, groupId, moving.targetGroupId());
  }

  /** Source and target have changed places with the fence. */
  private static boolean wayBefore(
      Topology topology, int groupId, SlotAction.Moving moving, MoveKeys command) {
    return moving.method() == MigrationMethod.DUMP
        && isPrimary(topology, moving.targetGroupId(), command.source())
        && isPrimary(topology, groupId, command.target())
        && noPromotion(topology, groupId, moving.targetGroupId());
  }

  private static boolean isPrimary(Topology topology, int groupId, HostAndPort server) {
    return topology.primaryOf(groupId).filter(server::equals).isPresent();
  }

  private static boolean noPromotion(Topology topology, int one, int other) {
    return !SweepGuard.isPromoting(topology, new MigrationScheduler.Way(one, other));
  }
}
