package io.vodis.topom.census;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.topom.sweep.SlotMigrator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Judges keys that are astray, and puts them right when told to. Never deletes a key that is in one
 * place only: of two copies the owner's stays, and a single one is moved to the owner, unless the
 * owner has got the key meanwhile.
 */
public final class Fsck {

  /** What a key that is astray is. */
  public enum Kind {
    /** The owner has the key too. */
    SECOND_COPY,
    /** The owner does not have it. */
    ONLY_COPY,
    /** The slot is offline, or moves: nobody to compare with, for now. */
    NO_OWNER
  }

  /**
   * What was found, and done.
   *
   * @param outcome {@code found}, {@code removed}, {@code moved}, {@code left} with the reason
   */
  public record Finding(Stray stray, Kind kind, String outcome) {}

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final RedisAdmin admin;
  private final SlotMigrator migrator;
  private final Supplier<Topology> topology;

  /**
   * A judge.
   *
   * @param migrator with connections of its own, which nobody else uses for transactions
   */
  public Fsck(RedisAdmin admin, SlotMigrator migrator, Supplier<Topology> topology) {
    this.admin = admin;
    this.migrator = migrator;
    this.topology = topology;
  }

  /** Compares each stray with what its owner has; repairs if told to. */
  public List<Finding> judge(List<Stray> strays, boolean repair) {
    List<Finding> findings = new ArrayList<>();
    for (Stray stray : strays) {
      findings.add(judge(stray, repair));
    }
    return findings;
  }

  private Finding judge(Stray stray, boolean repair) {
    HostAndPort owner = stray.owner();
    if (owner == null || !isSettled(stray)) {
      return new Finding(stray, Kind.NO_OWNER, "left: the slot has no owner, or moves");
    }
    try {
      Kind kind = holds(owner, stray) ? Kind.SECOND_COPY : Kind.ONLY_COPY;
      return new Finding(stray, kind, repair ? repair(stray, owner, kind) : "found");
    } catch (RedisAdminException e) {
      return new Finding(stray, Kind.NO_OWNER, "left: " + e.getMessage());
    }
  }

  private boolean holds(HostAndPort server, Stray stray) {
    List<byte[]> exists = List.of("EXISTS".getBytes(StandardCharsets.US_ASCII), stray.key());
    return Replies.number(admin.call(server, stray.database(), TIMEOUT, exists), 0) > 0;
  }

  private String repair(Stray stray, HostAndPort owner, Kind kind) {
    if (kind == Kind.SECOND_COPY) {
      migrator.removeSecondCopy(owner, stray.server(), stray.database(), stray.key());
      return "removed";
    }
    migrator.moveKey(
        stray.server(),
        owner,
        stray.database(),
        stray.slotId(),
        stray.key(),
        () -> isSettled(stray));
    return "moved";
  }

  /** Still owned as it was when the key was found, with nobody changing that. */
  private boolean isSettled(Stray stray) {
    Topology now = topology.get();
    SlotMapping slot = now.slot(stray.slotId());
    return slot.isIdle()
        && now.primaryOf(slot.groupId()).filter(p -> p.equals(stray.owner())).isPresent()
        && now.groupOf(stray.server()).filter(g -> isPrimary(g, stray.server())).isPresent()
        && now.group(slot.groupId()).filter(g -> g.promotion().equals(Promotion.NONE)).isPresent();
  }

  private static boolean isPrimary(Group group, HostAndPort server) {
    return group.primary().filter(s -> s.address().equals(server)).isPresent()
        && group.promotion().equals(Promotion.NONE);
  }
}
