package io.vodis.topom.migrate;

import io.vodis.model.HostAndPort;
import io.vodis.model.PinnedKey;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdminException;
import io.vodis.store.StoreChange;
import io.vodis.topom.bigkey.BigKeyMove;
import io.vodis.topom.bigkey.NotMoved;
import io.vodis.topom.bigkey.PinLedger;
import io.vodis.topom.resync.StrangerConnections;
import io.vodis.topom.sweep.MigrationSettings;
import io.vodis.topom.transition.Decision;
import io.vodis.topom.transition.PinnedKeys;
import io.vodis.topom.transition.SlotEvent;
import io.vodis.topom.transition.SlotTransitions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** The pinned keys of a batch: finds them in the topology, has them moved, and keeps the books. */
final class PinnedMoves implements PinLedger {

  private static final Duration SERVER_TIMEOUT = Duration.ofSeconds(1);

  private final SlotWork work;
  private final SlotProgress progress;
  private final BigKeyMove moves;

  PinnedMoves(SlotWork work, SlotProgress progress) {
    this.work = work;
    this.progress = progress;
    MigrationSettings settings = work.migrator().settings();
    this.moves =
        new BigKeyMove(
            work.admin(),
            work.copyAdmin(),
            this,
            settings.migrationTimeout(),
            settings.dumpBytesMax());
  }

  static List<PinnedKey> pinned(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Moving moving ? moving.pinned() : List.of();
  }

  /** Whether requests wait for a key that nobody is moving now. */
  static boolean isUnsettled(SlotMapping slot) {
    return !PinnedKeys.areServed(pinned(slot));
  }

  /**
   * Brings the keys of a slot to rest that a leader before, or an attempt before, has left.
   *
   * @throws RedisAdminException if the source does not answer
   */
  void settle(Topology topology, SlotMapping slot) {
    for (PinnedKey key : pinned(slot)) {
      if (key.phase() != PinnedKey.Phase.SERVED) {
        moves.settle(source(topology, slot), target(topology, slot), slot.slotId(), key);
      }
    }
  }

  /**
   * Moves every pinned key of a slot that can be moved.
   *
   * @return why others are left, in words; empty if none is
   */
  Optional<String> move(Topology topology, SlotMapping slot, BooleanSupplier proceed) {
    String left = null;
    long bytesMin = work.migrator().settings().migrationBigKeyBytes();
    for (PinnedKey key : pinned(slot)) {
      progress.onBigKey(slot.slotId(), key.bytes(), bytesMin);
      try {
        moves.move(
            source(topology, slot),
            target(topology, slot),
            slot.slotId(),
            key,
            () -> requireGoingOn(proceed));
        progress.onMoved(slot.slotId(), 1);
      } catch (NotMoved e) {
        if (!proceed.getAsBoolean()) {
          return Optional.of(String.valueOf(e.getMessage()));
        }
        left = "key " + SlotProgress.printable(key.bytes()) + " " + e.getMessage();
      }
    }
    return Optional.ofNullable(left);
  }

  private static void requireGoingOn(BooleanSupplier proceed) {
    if (!proceed.getAsBoolean()) {
      throw new NotMoved("the move was stopped");
    }
  }

  /** Before a slot turns round: what a move has left is no key of it. */
  void removeCopies(Topology topology, SlotMapping slot) {
    if (!pinned(slot).isEmpty()) {
      endEarlierMoves(target(topology, slot));
    }
    for (PinnedKey key : pinned(slot)) {
      moves.removeCopy(target(topology, slot), key);
    }
  }

  /** Also of a slot that is to turn round: it has not yet. */
  private static HostAndPort source(Topology topology, SlotMapping slot) {
    return topology.primaryOf(slot.groupId()).orElseThrow(() -> noPrimary(slot.groupId()));
  }

  private static HostAndPort target(Topology topology, SlotMapping slot) {
    int groupId = ((SlotAction.Moving) slot.action()).targetGroupId();
    return topology.primaryOf(groupId).orElseThrow(() -> noPrimary(groupId));
  }

  private static Held noPrimary(int groupId) {
    return new Held("group " + groupId + " has no primary");
  }

  @Override
  public PinnedKey commit(int slotId, PinnedKey key, PinnedKey.Phase next) {
    change(slotId, new SlotEvent.PhaseEnded(key, next));
    return key.in(next);
  }

  @Override
  public void commitUnpinned(int slotId, PinnedKey key) {
    change(slotId, new SlotEvent.Unpinned(key));
  }

  private void change(int slotId, SlotEvent event) {
    work.topology()
        .change(
            topology ->
                switch (SlotTransitions.decide(topology.slot(slotId), event)) {
                  case Decision.Next<SlotMapping> next ->
                      List.of(new StoreChange.PutSlot(next.row()));
                  case Decision.Rejected<SlotMapping> rejected ->
                      throw new NotMoved(rejected.reason());
                });
  }

  @Override
  public void awaitProxies(HostAndPort source, HostAndPort target) {
    long epoch = work.topology().current().epoch();
    List<String> missing = work.resync().awaitAcknowledged(epoch, work.fenceMax());
    if (!missing.isEmpty()) {
      throw new NotMoved("waits for the acknowledgement of " + String.join(", ", missing));
    }
    Set<String> keeping = work.resync().acknowledged(epoch);
    work.strangers().end(source, keeping, SERVER_TIMEOUT);
    work.strangers().end(target, keeping, SERVER_TIMEOUT);
  }

  @Override
  public void endEarlierMoves(HostAndPort server) {
    work.admin()
        .killClients(server, StrangerConnections.copyName(work.term().number()), SERVER_TIMEOUT);
    Set<String> keeping = work.resync().acknowledged(work.topology().current().epoch());
    work.strangers().end(server, keeping, SERVER_TIMEOUT);
  }
}
