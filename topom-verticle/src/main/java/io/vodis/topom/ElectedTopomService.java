package io.vodis.topom;

import io.vodis.lifecycle.Clock;
import io.vodis.model.AuditEntry;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerStatus;
import io.vodis.store.Leadership;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import io.vodis.topom.TopomException.Code;
import io.vodis.topom.audit.Auditor;
import io.vodis.topom.audit.Caller;
import io.vodis.topom.census.Census;
import io.vodis.topom.census.FsckReport;
import io.vodis.topom.census.SlotFigures;
import io.vodis.topom.edit.ControlEdits;
import io.vodis.topom.edit.GroupEdits;
import io.vodis.topom.edit.SlotEdits;
import io.vodis.topom.election.LeaderServices;
import io.vodis.topom.migrate.SlotActions;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.plan.RebalancePlan;
import io.vodis.topom.plan.RebalancePlanner;
import io.vodis.topom.plan.RebalancePolicy;
import io.vodis.topom.plan.WeightedPlanner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link TopomService} by whatever this topom is at the moment: the leader, or one who looks on.
 */
final class ElectedTopomService implements TopomService {

  private static final Logger LOGGER = LoggerFactory.getLogger(ElectedTopomService.class);
  private static final Duration SERVER_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PROMOTE_TIMEOUT = Duration.ofSeconds(60);

  private final TopologyStore store;
  private final ProductCache cache;
  private final Caller caller;

  /** Shared by the services of all callers: a plan is confirmed in another call. */
  private final AtomicReference<@Nullable RebalancePlan> lastPlan;

  private final MigrationLimits configured;
  private final Supplier<Optional<LeaderServices>> leading;

  ElectedTopomService(
      TopologyStore store,
      ProductCache cache,
      MigrationLimits configured,
      Supplier<Optional<LeaderServices>> leading) {
    this(store, cache, configured, leading, Caller.TOPOM, new AtomicReference<>());
  }

  private ElectedTopomService(
      TopologyStore store,
      ProductCache cache,
      MigrationLimits configured,
      Supplier<Optional<LeaderServices>> leading,
      Caller caller,
      AtomicReference<@Nullable RebalancePlan> lastPlan) {
    this.lastPlan = lastPlan;
    this.caller = caller;
    this.store = store;
    this.configured = configured;
    this.cache = cache;
    this.leading = leading;
  }

  @Override
  public TopomService as(Caller other) {
    return new ElectedTopomService(store, cache, configured, leading, other, lastPlan);
  }

  @Override
  public List<AuditEntry> audit(long before, int limit) {
    return translated(() -> store.audit(before, limit));
  }

  @Override
  public TopomView view() {
    ProductCache.Reading reading = cache.reading();
    Optional<LeaderServices> services = leading.get();
    Topology topology =
        services.map(leader -> leader.topology().current()).orElse(reading.topology());
    Map<String, Long> acknowledged =
        services.map(leader -> leader.resync().acknowledged()).orElse(Map.of());
    return new TopomView(
        topology,
        services
            .map(leader -> leader.term().number())
            .or(() -> reading.leader().map(Leadership::term))
            .orElse(0L),
        services
            .map(leader -> leader.term().leadership())
            .or(reading::leader)
            .map(Leadership::leader)
            .orElse(null),
        services.isPresent(),
        services.map(leader -> leader.reconciler().health()).orElse(Map.of()),
        proxies(reading, acknowledged, services.map(LeaderServices::warnings).orElse(Map.of())),
        reading.liveMembers(),
        services
            .map(leader -> leader.actions().progress(topology))
            .orElseGet(() -> SlotActions.progressUnknown(topology)));
  }

  /** Listed proxies with their living incarnation, if they have one. */
  private static List<TopomView.ProxyHealth> proxies(
      ProductCache.Reading reading,
      Map<String, Long> acknowledged,
      Map<String, List<String>> warnings) {
    Map<String, Member> alive =
        reading.liveMembers().stream()
            .filter(member -> member.role() == Role.PROXY)
            .collect(Collectors.toMap(Member::token, member -> member, (a, b) -> b));
    return reading.listedProxies().stream()
        .map(
            listed -> {
              Member member = alive.getOrDefault(listed.token(), listed);
              return new TopomView.ProxyHealth(
                  member,
                  alive.containsKey(listed.token()),
                  acknowledged.getOrDefault(member.incarnation(), -1L),
                  warnings.getOrDefault(member.incarnation(), List.of()));
            })
        .toList();
  }

  @Override
  public void createGroup(int groupId) {
    change("create group " + groupId, topology -> GroupEdits.create(topology, groupId));
  }

  @Override
  public void removeGroup(int groupId) {
    change("remove group " + groupId, topology -> GroupEdits.remove(topology, groupId));
  }

  @Override
  public void addServer(int groupId, HostAndPort server, String datacenter) {
    LeaderServices leader = leader();
    GroupEdits.addServer(leader.topology().current(), groupId, server, datacenter);
    try {
      ServerStatus status = leader.admin().status(server, SERVER_TIMEOUT);
      if (!status.isNewEnough()) {
        throw new TopomException(
            Code.INVALID,
            "%s is Redis %s, but servers have to be Redis 3.2 or newer; nothing was changed"
                .formatted(server, status.version()));
      }
    } catch (RedisAdminException e) {
      throw new TopomException(Code.UNAVAILABLE, e.getMessage() + "; nothing was changed", e);
    }
    change(
        "add server " + server + " to group " + groupId,
        topology -> GroupEdits.addServer(topology, groupId, server, datacenter));
    leader.reconciler().wake();
  }

  @Override
  public void removeServer(int groupId, HostAndPort server) {
    change(
        "remove server " + server + " from group " + groupId,
        topology -> GroupEdits.removeServer(topology, groupId, server));
  }

  @Override
  public void promote(int groupId, HostAndPort replica) {
    LeaderServices leader = leader();
    long before = leader.topology().current().epoch();
    String action = "promote " + replica + " in group " + groupId;
    try {
      translated(
          () -> {
            leader.promotions().switchOver(groupId, replica, PROMOTE_TIMEOUT, auditor());
            return replica;
          });
    } catch (TopomException e) {
      if (leader.topology().current().epoch() > before) {
        audit(leader, action, "failed: " + e.getMessage());
      }
      throw e;
    }
    audit(leader, action, "done");
  }

  @Override
  public void assignSlots(int firstSlotId, int lastSlotId, int groupId) {
    change(
        "assign slots " + firstSlotId + "-" + lastSlotId + " to group " + groupId,
        topology -> SlotEdits.assign(topology, firstSlotId, lastSlotId, groupId));
  }

  @Override
  public void offlineSlots(int firstSlotId, int lastSlotId) {
    change(
        "offline slots " + firstSlotId + "-" + lastSlotId,
        topology -> SlotEdits.offline(topology, firstSlotId, lastSlotId));
  }

  @Override
  public int migrateSlots(int firstSlotId, int lastSlotId, int groupId) {
    return change(
        "migrate slots " + firstSlotId + "-" + lastSlotId + " to group " + groupId,
        topology -> SlotEdits.migrate(topology, firstSlotId, lastSlotId, groupId));
  }

  @Override
  public void cancelAction(int slotId) {
    change("cancel action of slot " + slotId, topology -> SlotEdits.cancel(topology, slotId));
  }

  @Override
  public int cancelAllActions() {
    return change("cancel all actions", SlotEdits::cancelAll);
  }

  @Override
  public void pauseActions() {
    change("pause all actions", topology -> ControlEdits.pauseAll(topology, true));
  }

  @Override
  public void pauseAction(int slotId) {
    change(
        "pause action of slot " + slotId, topology -> ControlEdits.pause(topology, slotId, true));
  }

  @Override
  public void resumeActions() {
    change("resume all actions", topology -> ControlEdits.pauseAll(topology, false));
  }

  @Override
  public void resumeAction(int slotId) {
    change(
        "resume action of slot " + slotId, topology -> ControlEdits.pause(topology, slotId, false));
  }

  @Override
  public MigrationLimits migrationLimits() {
    return configured.under(view().topology().control());
  }

  @Override
  public void changeMigration(UnaryOperator<ControlEdits.Settings> change) {
    change(
        "change migration",
        topology ->
            ControlEdits.settings(
                topology, change.apply(ControlEdits.Settings.of(topology.control()))));
  }

  @Override
  public int cancelPendingActions() {
    return change("cancel pending actions", SlotEdits::cancelPending);
  }

  @Override
  public RebalancePlan planRebalance() {
    return RebalancePlanner.plan(view().topology());
  }

  @Override
  public void confirmRebalance(RebalancePlan plan) {
    change(
        "rebalance, as planned for epoch " + plan.epoch(),
        topology -> SlotEdits.confirm(topology, plan));
  }

  @Override
  public RebalancePlan planRebalance(RebalancePolicy policy) {
    Topology topology = leader().topology().current();
    RebalancePlan plan;
    if (policy.isCodis()) {
      plan = RebalancePlanner.plan(topology);
    } else {
      long[] costs =
          switch (policy.measure()) {
            case SLOTS -> RebalancePolicy.equalCosts();
            case MEMORY -> bytesBySlot();
            case LOAD -> leader().load().sample();
          };
      plan = WeightedPlanner.plan(topology, policy, costs);
    }
    lastPlan.set(plan);
    return plan;
  }

  private long[] bytesBySlot() {
    return census(0, Topology.SLOT_COUNT - 1).slots().stream()
        .mapToLong(SlotFigures::bytes)
        .toArray();
  }

  @Override
  public Optional<RebalancePlan> plannedRebalance(String id) {
    return Optional.ofNullable(lastPlan.get()).filter(plan -> plan.id().equals(id));
  }

  @Override
  public int drainGroup(int groupId) {
    return change(
        "drain group " + groupId,
        topology -> {
          GroupEdits.existing(topology, groupId);
          RebalancePlan plan =
              WeightedPlanner.plan(
                  topology, RebalancePolicy.draining(groupId), RebalancePolicy.equalCosts());
          List<RebalancePlan.Move> moves =
              plan.moves().stream().filter(move -> move.sourceGroupId() == groupId).toList();
          boolean owns =
              topology.slots().stream().anyMatch(s -> s.isIdle() && s.groupId() == groupId);
          if (moves.isEmpty() && owns) {
            throw new TopomException(
                Code.CONFLICT, "there is no other group with a server to take the slots");
          }
          return SlotEdits.moves(topology, moves);
        });
  }

  @Override
  public Census census(int firstSlotId, int lastSlotId) {
    return leader().inspection().census(firstSlotId, lastSlotId);
  }

  @Override
  public double measuredKeysPerSecond() {
    return leading.get().map(leader -> leader.actions().lastKeysPerSecond()).orElse(0.0);
  }

  @Override
  public FsckReport fsck(boolean repair) {
    LeaderServices leader = leader();
    FsckReport report = translated(() -> leader.inspection().fsck(repair));
    if (repair && !report.findings().isEmpty()) {
      long repaired =
          report.findings().stream().filter(f -> !f.outcome().startsWith("left")).count();
      audit(leader, "fsck with repair", repaired + " of " + report.findings().size() + " repaired");
    }
    return report;
  }

  @Override
  public void removeProxy(String token) {
    LeaderServices leader = leader();
    translated(
        () -> {
          if (store.liveMembers(Role.PROXY).stream().anyMatch(m -> m.token().equals(token))) {
            throw new TopomException(Code.CONFLICT, "proxy " + token + " is alive");
          }
          if (store.listedMembers(Role.PROXY).stream().noneMatch(m -> m.token().equals(token))) {
            throw new TopomException(Code.NOT_FOUND, "proxy " + token + " is not listed");
          }
          leader.topology().change(t -> auditor().outcome("remove proxy " + token, "", "done"));
          store.forget(Role.PROXY, token);
          return token;
        });
    cache.refresh();
  }

  /** Commits an edit and returns how many slots it changed. */
  private int change(String action, Function<Topology, List<StoreChange>> edit) {
    LeaderServices leader = leader();
    int[] rows = new int[1];
    return translated(
        () -> {
          leader
              .topology()
              .change(
                  topology -> {
                    List<StoreChange> changes = edit.apply(topology);
                    rows[0] =
                        (int)
                            changes.stream().filter(c -> c instanceof StoreChange.PutSlot).count();
                    return auditor().audited(action, changes);
                  });
          return rows[0];
        });
  }

  private Auditor auditor() {
    return new Auditor(Clock.SYSTEM, caller);
  }

  /** Puts down what came of something that is over; the caller has his answer in any case. */
  private void audit(LeaderServices leader, String action, String result) {
    try {
      leader.topology().change(topology -> auditor().outcome(action, "", result));
    } catch (StoreException e) {
      LOGGER.warn(
          "'{}' by {}: {}; not in the audit log: {}", action, caller, result, e.getMessage());
    }
  }

  private LeaderServices leader() {
    return leading
        .get()
        .orElseThrow(
            () -> new TopomException(Code.NOT_LEADER, "this topom does not lead: " + whoLeads()));
  }

  private String whoLeads() {
    return cache
        .reading()
        .leader()
        .map(leader -> leader.leader().serviceAddress() + " does")
        .orElse("nobody does now");
  }

  private static <T> T translated(Supplier<T> action) {
    try {
      return action.get();
    } catch (StoreException e) {
      Code code =
          e.reason() == StoreException.Reason.NOT_LEADER ? Code.NOT_LEADER : Code.UNAVAILABLE;
      throw new TopomException(code, String.valueOf(e.getMessage()), e);
    }
  }
}
