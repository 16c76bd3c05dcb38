package io.vodis.topom;

import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdminException;
import io.vodis.store.Leadership;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import io.vodis.topom.TopomException.Code;
import io.vodis.topom.edit.ControlEdits;
import io.vodis.topom.edit.GroupEdits;
import io.vodis.topom.edit.SlotEdits;
import io.vodis.topom.election.LeaderServices;
import io.vodis.topom.migrate.SlotActions;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.plan.RebalancePlan;
import io.vodis.topom.plan.RebalancePlanner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * {@link TopomService} by whatever this topom is at the moment: the leader, or one who looks on.
 */
final class ElectedTopomService implements TopomService {

  private static final Duration SERVER_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PROMOTE_TIMEOUT = Duration.ofSeconds(60);

  private final TopologyStore store;
  private final ProductCache cache;
  private final MigrationLimits configured;
  private final Supplier<Optional<LeaderServices>> leading;

  ElectedTopomService(
      TopologyStore store,
      ProductCache cache,
      MigrationLimits configured,
      Supplier<Optional<LeaderServices>> leading) {
    this.store = store;
    this.configured = configured;
    this.cache = cache;
    this.leading = leading;
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
        proxies(reading, acknowledged),
        reading.liveMembers(),
        services
            .map(leader -> leader.actions().progress(topology))
            .orElseGet(() -> SlotActions.progressUnknown(topology)));
  }

  /** Listed proxies with their living incarnation, if they have one. */
  private static List<TopomView.ProxyHealth> proxies(
      ProductCache.Reading reading, Map<String, Long> acknowledged) {
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
                  acknowledged.getOrDefault(member.incarnation(), -1L));
            })
        .toList();
  }

  @Override
  public void createGroup(int groupId) {
    change(topology -> GroupEdits.create(topology, groupId));
  }

  @Override
  public void removeGroup(int groupId) {
    change(topology -> GroupEdits.remove(topology, groupId));
  }

  @Override
  public void addServer(int groupId, HostAndPort server, String datacenter) {
    LeaderServices leader = leader();
    GroupEdits.addServer(leader.topology().current(), groupId, server, datacenter);
    try {
      leader.admin().status(server, SERVER_TIMEOUT);
    } catch (RedisAdminException e) {
      throw new TopomException(Code.UNAVAILABLE, e.getMessage() + "; nothing was changed", e);
    }
    change(topology -> GroupEdits.addServer(topology, groupId, server, datacenter));
    leader.reconciler().wake();
  }

  @Override
  public void removeServer(int groupId, HostAndPort server) {
    change(topology -> GroupEdits.removeServer(topology, groupId, server));
  }

  @Override
  public void promote(int groupId, HostAndPort replica) {
    LeaderServices leader = leader();
    translated(
        () -> {
          leader.promotions().switchOver(groupId, replica, PROMOTE_TIMEOUT);
          return replica;
        });
  }

  @Override
  public void assignSlots(int firstSlotId, int lastSlotId, int groupId) {
    change(topology -> SlotEdits.assign(topology, firstSlotId, lastSlotId, groupId));
  }

  @Override
  public void offlineSlots(int firstSlotId, int lastSlotId) {
    change(topology -> SlotEdits.offline(topology, firstSlotId, lastSlotId));
  }

  @Override
  public int migrateSlots(int firstSlotId, int lastSlotId, int groupId) {
    return change(topology -> SlotEdits.migrate(topology, firstSlotId, lastSlotId, groupId));
  }

  @Override
  public void cancelAction(int slotId) {
    change(topology -> SlotEdits.cancel(topology, slotId));
  }

  @Override
  public int cancelAllActions() {
    return change(SlotEdits::cancelAll);
  }

  @Override
  public void pauseActions() {
    change(topology -> ControlEdits.pauseAll(topology, true));
  }

  @Override
  public void pauseAction(int slotId) {
    change(topology -> ControlEdits.pause(topology, slotId, true));
  }

  @Override
  public void resumeActions() {
    change(topology -> ControlEdits.pauseAll(topology, false));
  }

  @Override
  public void resumeAction(int slotId) {
    change(topology -> ControlEdits.pause(topology, slotId, false));
  }

  @Override
  public MigrationLimits migrationLimits() {
    return configured.under(view().topology().control());
  }

  @Override
  public void changeMigration(UnaryOperator<ControlEdits.Settings> change) {
    change(
        topology ->
            ControlEdits.settings(
                topology, change.apply(ControlEdits.Settings.of(topology.control()))));
  }

  @Override
  public int cancelPendingActions() {
    return change(SlotEdits::cancelPending);
  }

  @Override
  public RebalancePlan planRebalance() {
    return RebalancePlanner.plan(view().topology());
  }

  @Override
  public void confirmRebalance(RebalancePlan plan) {
    change(topology -> SlotEdits.confirm(topology, plan));
  }

  @Override
  public void removeProxy(String token) {
    leader();
    translated(
        () -> {
          if (store.liveMembers(Role.PROXY).stream().anyMatch(m -> m.token().equals(token))) {
            throw new TopomException(Code.CONFLICT, "proxy " + token + " is alive");
          }
          if (store.listedMembers(Role.PROXY).stream().noneMatch(m -> m.token().equals(token))) {
            throw new TopomException(Code.NOT_FOUND, "proxy " + token + " is not listed");
          }
          store.forget(Role.PROXY, token);
          return token;
        });
    cache.refresh();
  }

  /** Commits an edit and returns how many slots it changed. */
  private int change(Function<Topology, List<StoreChange>> edit) {
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
                    return changes;
                  });
          return rows[0];
        });
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
