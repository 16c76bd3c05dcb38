package io.vodis.topom.reconcile;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerStatus;
import io.vodis.store.StoreException;
import io.vodis.topom.TopomView.ServerHealth;
import io.vodis.topom.mover.MoverUsers;
import io.vodis.topom.promote.PrimaryData;
import io.vodis.topom.term.LeaderTopology;
import io.vodis.topom.term.Term;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all servers once a second and makes each what it is declared to be. A returned old
 * primary, a server added by hand, a restart with old roles: all are the same repair.
 */
public final class RoleReconciler implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(RoleReconciler.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final Term term;
  private final LeaderTopology topology;
  private final RedisAdmin admin;
  private final MoverUsers users;
  private final ServerWatch watch;
  private @Nullable Periodic loop;

  public RoleReconciler(
      Term term, LeaderTopology topology, RedisAdmin admin, MoverUsers users, Clock clock) {
    this.users = users;
    this.term = term;
    this.topology = topology;
    this.admin = admin;
    this.watch = new ServerWatch(admin, clock);
  }

  public void start() {
    loop = Periodic.start("topom-reconcile", PERIOD, this::round);
  }

  /** What each server said last. */
  public Map<HostAndPort, ServerHealth> health() {
    return watch.health();
  }

  /** The servers that answered the last time. */
  public Map<HostAndPort, ServerStatus> answering() {
    return watch.answering();
  }

  /** What is known of the data of a declared primary. */
  public PrimaryData dataOf(HostAndPort primary) {
    return watch.dataOf(primary);
  }

  /** Looks and repairs now rather than within a second. */
  public void wake() {
    Periodic started = loop;
    if (started != null) {
      started.wake();
    }
  }

  @Override
  public void close() {
    Periodic started = loop;
    if (started != null) {
      started.close();
    }
  }

  private void round() {
    if (!term.isCurrent()) {
      return;
    }
    Topology looked = topology.current();
    watch.look(looked.groups().values());
    Map<HostAndPort, ServerStatus> answers = watch.answering();
    users.keep(answers);
    for (Group group : looked.groups().values()) {
      for (RoleRepair repair : RoleRepair.of(group, answers)) {
        repair(group, repair);
      }
    }
  }

  /** The group must still be declared as it was when its servers were looked at. */
  private void repair(Group group, RoleRepair repair) {
    try {
      term.confirm();
      if (!topology.current().group(group.groupId()).map(group::equals).orElse(false)) {
        return;
      }
      switch (repair) {
        case RoleRepair.MakePrimary primary -> {
          LOGGER.info("group {}: makes {} a primary", group.groupId(), primary.server());
          admin.promote(primary.server(), TIMEOUT);
        }
        case RoleRepair.MakeReplica replica -> {
          LOGGER.info(
              "group {}: makes {} a replica of {}",
              group.groupId(),
              replica.server(),
              replica.primary());
          admin.replicate(replica.server(), replica.primary(), TIMEOUT);
        }
      }
    } catch (RedisAdminException | StoreException e) {
      LOGGER.warn("group {}: a repair failed: {}", group.groupId(), e.getMessage());
    }
  }
}
