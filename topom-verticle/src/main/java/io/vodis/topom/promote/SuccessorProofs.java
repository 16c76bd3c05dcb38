package io.vodis.topom.promote;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.Replies;
import io.vodis.slot.SlotProof;
import io.vodis.topom.sweep.MigrationSettings;
import io.vodis.topom.sweep.MigrationTask;
import io.vodis.topom.sweep.OpeningCheck;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the new primary of a group the numbers under which slots were opened on the old one ({@link
 * SlotProof}), if it lacks them: the old one may have died before any replica had them.
 *
 * <p>Such a server has nothing that was moved since, only what it had before. So it is looked
 * through for keys that the slot's other server has too, as the old one was, while its group is
 * fenced; then it may carry the number. Without it, what is moved to it and changed there from now
 * on would not count beside an old copy that a later failover of the other server brings back.
 */
final class SuccessorProofs {

  private static final Logger LOGGER = LoggerFactory.getLogger(SuccessorProofs.class);

  /**
   * An open slot.
   *
   * @param otherGroupId the group that it is moved from
   */
  private record Open(SlotMapping slot, int otherGroupId, long proof) {}

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final Duration timeout;

  /** {@code timeout} bounds each call. */
  SuccessorProofs(RedisAdmin admin, Duration timeout) {
    this.admin = admin;
    this.settings = new MigrationSettings(Long.MAX_VALUE, timeout, "");
    this.timeout = timeout;
  }

  /**
   * Sees to it that a server that nobody uses yet carries the numbers of its group's slots.
   *
   * @param step called between pages; throws if this is to end
   * @throws io.vodis.redis.RedisAdminException if one of the servers does not answer; calling again
   *     is safe
   */
  void complete(Topology topology, int groupId, HostAndPort successor, Runnable step) {
    Map<Integer, List<Open>> missing =
        topology.slots().stream()
            .flatMap(slot -> openOn(groupId, slot).stream())
            .filter(open -> !carries(successor, open))
            .collect(Collectors.groupingBy(Open::otherGroupId, TreeMap::new, Collectors.toList()));
    missing.forEach(
        (otherGroupId, slots) ->
            topology
                .primaryOf(otherGroupId)
                .ifPresent(other -> complete(other, successor, slots, step)));
  }

  private void complete(HostAndPort other, HostAndPort successor, List<Open> slots, Runnable step) {
    LOGGER.info("{} is looked through for {} slots that are moved to it", successor, slots.size());
    MigrationTask task =
        new MigrationTask(
            other,
            slots.stream().collect(Collectors.toMap(open -> open.slot().slotId(), o -> successor)),
            Set.of(),
            Map.of(),
            slots.stream().flatMap(open -> moving(open.slot()).pinned().stream()).toList(),
            MigrationMethod.MIGRATE);
    OpeningCheck check = OpeningCheck.of(admin, settings, task, step);
    slots.stream()
        .collect(
            Collectors.groupingBy(
                Open::proof,
                TreeMap::new,
                Collectors.mapping(
                    open -> open.slot().slotId(), Collectors.toCollection(TreeSet::new))))
        .forEach((proof, slotIds) -> check.prove(slotIds, proof));
  }

  private boolean carries(HostAndPort server, Open open) {
    List<byte[]> read = SlotProof.read(open.slot().slotId());
    return Replies.number(admin.call(server, SlotProof.DATABASE, timeout, read), 0) == open.proof();
  }

  /**
   * The slot, if keys are, or may be again, moved to the group under a number. On its way back it
   * keeps the number of the way there until the fence has ended.
   */
  private static Optional<Open> openOn(int groupId, SlotMapping slot) {
    return switch (slot.action()) {
      case SlotAction.Migrating open -> open(groupId, slot, open.targetGroupId(), slot.groupId());
      case SlotAction.Turning open -> open(groupId, slot, open.targetGroupId(), slot.groupId());
      case SlotAction.Preparing fenced ->
          open(groupId, slot, slot.groupId(), fenced.targetGroupId());
      case SlotAction.Prepared fenced ->
          open(groupId, slot, slot.groupId(), fenced.targetGroupId());
      case SlotAction.Idle none -> Optional.empty();
      case SlotAction.Pending none -> Optional.empty();
      case SlotAction.Finished none -> Optional.empty();
    };
  }

  private static Optional<Open> open(
      int groupId, SlotMapping slot, int provenGroupId, int otherGroupId) {
    long proof = moving(slot).proof();
    return proof != 0 && provenGroupId == groupId
        ? Optional.of(new Open(slot, otherGroupId, proof))
        : Optional.empty();
  }

  private static SlotAction.Moving moving(SlotMapping slot) {
    return (SlotAction.Moving) slot.action();
  }
}
