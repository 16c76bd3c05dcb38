package io.vodis.topom.fake;

import io.vodis.model.AuditEntry;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationControl;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.StoreChange;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomService;
import io.vodis.topom.TopomView;
import io.vodis.topom.audit.Caller;
import io.vodis.topom.census.Census;
import io.vodis.topom.census.FsckReport;
import io.vodis.topom.edit.ControlEdits;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.plan.MigrationWindows;
import io.vodis.topom.plan.RebalancePlan;
import io.vodis.topom.plan.RebalancePolicy;
import io.vodis.topom.plan.WeightedPlanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the service's promises on a topology in memory: each change raises the epoch, what cannot
 * be done is refused with the right code. Every changing call is written down. The view's other
 * parts are set by the test.
 */
public final class FakeTopomService implements TopomService {

  private TopomView view;
  private static final long[] ONES = RebalancePolicy.equalCosts();

  private @Nullable RebalancePlan lastPlan;
  private volatile Caller caller = Caller.TOPOM;
  private final List<String> calls = new ArrayList<>();
  private @Nullable RuntimeException failure;
  private Runnable beforeEachChange = () -> {};

  public FakeTopomService(TopomView view) {
    this.view = view;
  }

  /** Changing calls so far, as {@code name(arguments)}. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  /** Every call fails with this from now on; null ends it. */
  public synchronized void failWith(@Nullable RuntimeException next) {
    failure = next;
  }

  /** Runs inside every changing call before it does anything. */
  public synchronized void beforeEachChange(Runnable hook) {
    beforeEachChange = hook;
  }

  public synchronized void update(UnaryOperator<TopomView> change) {
    view = change.apply(view);
  }

  @Override
  public synchronized TopomView view() {
    failIfTold();
    return view;
  }

  @Override
  public synchronized void createGroup(int groupId) {
    record("createGroup(" + groupId + ")");
    if (topology().group(groupId).isPresent()) {
      throw conflict("group " + groupId + " exists already");
    }
    putGroup(Group.empty(groupId));
  }

  @Override
  public synchronized void removeGroup(int groupId) {
    record("removeGroup(" + groupId + ")");
    if (!group(groupId).servers().isEmpty()) {
      throw conflict("group " + groupId + " still has servers");
    }
    Map<Integer, Group> groups = new TreeMap<>(topology().groups());
    groups.remove(groupId);
    commit(topology().slots(), groups);
  }

  @Override
  public synchronized void addServer(int groupId, HostAndPort server, String datacenter) {
    record("addServer(" + groupId + ", " + server + ", '" + datacenter + "')");
    if (topology().groupOf(server).isPresent()) {
      throw conflict("server " + server + " is in a group already");
    }
    List<Server> servers = new ArrayList<>(group(groupId).servers());
    servers.add(new Server(server, datacenter, false));
    putGroup(group(groupId).withServers(servers));
  }

  @Override
  public synchronized void removeServer(int groupId, HostAndPort server) {
    record("removeServer(" + groupId + ", " + server + ")");
    Group group = group(groupId);
    Server found = server(group, server);
    if (group.servers().size() > 1 && group.servers().getFirst().equals(found)) {
      throw conflict("server " + server + " is the primary of group " + groupId);
    }
    putGroup(group.withServers(group.servers().stream().filter(s -> s != found).toList()));
  }

  @Override
  public synchronized void promote(int groupId, HostAndPort replica) {
    record("promote(" + groupId + ", " + replica + ")");
    Group group = group(groupId);
    Server found = server(group, replica);
    List<Server> servers = new ArrayList<>(group.servers());
    servers.remove(found);
    servers.addFirst(found);
    putGroup(group.withServers(servers));
  }

  @Override
  public synchronized void assignSlots(int firstSlotId, int lastSlotId, int groupId) {
    record("assignSlots(" + firstSlotId + ", " + lastSlotId + ", " + groupId + ")");
    group(groupId);
    putSlots(firstSlotId, lastSlotId, groupId);
  }

  @Override
  public synchronized void offlineSlots(int firstSlotId, int lastSlotId) {
    record("offlineSlots(" + firstSlotId + ", " + lastSlotId + ")");
    putSlots(firstSlotId, lastSlotId, SlotMapping.NO_GROUP);
  }

  @Override
  public synchronized int migrateSlots(int firstSlotId, int lastSlotId, int groupId) {
    record("migrateSlots(" + firstSlotId + ", " + lastSlotId + ", " + groupId + ")");
    group(groupId);
    List<RebalancePlan.Move> moves = new ArrayList<>();
    for (SlotMapping slot : topology().slots().subList(firstSlotId, lastSlotId + 1)) {
      if (slot.isIdle() && slot.groupId() != groupId) {
        moves.add(new RebalancePlan.Move(slot.slotId(), slot.groupId(), groupId));
      }
    }
    queue(moves);
    return moves.size();
  }

  @Override
  public synchronized void cancelAction(int slotId) {
    record("cancelAction(" + slotId + ")");
    TopomView.ActionProgress action =
        view.actions().stream()
            .filter(a -> a.slotId() == slotId)
            .findFirst()
            .orElseThrow(() -> notFound("slot " + slotId + " has no action"));
    if (action.returning()) {
      throw conflict("the move of slot " + slotId + " is cancelled already");
    }
    if (action.state().equals("pending")) {
      cancel(List.of(action));
    } else {
      turn(action);
    }
  }

  @Override
  public TopomService as(Caller other) {
    caller = other;
    return this;
  }

  /** On whose behalf it was called last. */
  public Caller caller() {
    return caller;
  }

  @Override
  public synchronized List<AuditEntry> audit(long before, int limit) {
    failIfTold();
    return Views.audit().stream().filter(entry -> entry.epoch() < before).limit(limit).toList();
  }

  @Override
  public synchronized int cancelAllActions() {
    record("cancelAllActions()");
    List<TopomView.ActionProgress> all =
        view.actions().stream().filter(a -> !a.returning()).toList();
    cancel(all.stream().filter(a -> a.state().equals("pending")).toList());
    all.stream().filter(a -> !a.state().equals("pending")).forEach(this::turn);
    return all.size();
  }

  /** What has moved keys goes on as one that returns. */
  private void turn(TopomView.ActionProgress action) {
    List<SlotMapping> slots = new ArrayList<>(topology().slots());
    slots.set(
        action.slotId(),
        slots
            .get(action.slotId())
            .with(new SlotAction.Turning(action.index(), action.targetGroupId())));
    commit(slots, topology().groups());
    List<TopomView.ActionProgress> actions = new ArrayList<>(view.actions());
    actions.set(actions.indexOf(action), Views.turning(action));
    view = Views.withActions(view, actions);
  }

  @Override
  public synchronized void pauseActions() {
    record("pauseActions()");
    control(topology().control().withPaused(true));
  }

  @Override
  public synchronized void pauseAction(int slotId) {
    record("pauseAction(" + slotId + ")");
    SortedSet<Integer> slotIds = new TreeSet<>(topology().control().pausedSlots());
    slotIds.add(slotId);
    control(topology().control().withPausedSlots(slotIds));
  }

  @Override
  public synchronized void resumeActions() {
    record("resumeActions()");
    control(topology().control().withPaused(false).withPausedSlots(new TreeSet<>()));
  }

  @Override
  public synchronized void resumeAction(int slotId) {
    record("resumeAction(" + slotId + ")");
    control(topology().control().without(List.of(slotId)));
  }

  @Override
  public synchronized MigrationLimits migrationLimits() {
    failIfTold();
    return MigrationLimits.configured(512, Duration.ofMillis(2), 0, MigrationWindows.ALWAYS)
        .under(topology().control());
  }

  @Override
  public synchronized void changeMigration(UnaryOperator<ControlEdits.Settings> change) {
    ControlEdits.Settings wanted = change.apply(ControlEdits.Settings.of(topology().control()));
    record("changeMigration(" + wanted + ")");
    for (StoreChange put : ControlEdits.settings(topology(), wanted)) {
      control(((StoreChange.PutControl) put).control());
    }
  }

  private void control(MigrationControl control) {
    view =
        Views.withTopology(
            view,
            new Topology(
                topology().product(),
                topology().epoch() + 1,
                topology().slots(),
                topology().groups(),
                control));
  }

  @Override
  public synchronized int cancelPendingActions() {
    record("cancelPendingActions()");
    List<TopomView.ActionProgress> pending =
        view.actions().stream().filter(a -> a.state().equals("pending")).toList();
    cancel(pending);
    return pending.size();
  }

  /** Moves slots from the fullest to the emptiest group until all are within one of each other. */
  @Override
  public synchronized RebalancePlan planRebalance() {
    failIfTold();
    Map<Integer, Integer> before = new TreeMap<>();
    topology().groups().keySet().forEach(id -> before.put(id, 0));
    Map<Integer, Integer> owners = new HashMap<>();
    for (SlotMapping slot : topology().slots()) {
      int owner =
          slot.action() instanceof SlotAction.Moving moving
              ? moving.targetGroupId()
              : slot.groupId();
      if (owner != SlotMapping.NO_GROUP) {
        before.merge(owner, 1, Integer::sum);
        owners.put(slot.slotId(), owner);
      }
    }
    Map<Integer, Integer> after = new TreeMap<>(before);
    List<RebalancePlan.Move> moves = new ArrayList<>();
    for (int slotId = 0; slotId < Topology.SLOT_COUNT && !after.isEmpty(); slotId++) {
      int emptiest =
          after.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
      int owner = owners.getOrDefault(slotId, emptiest);
      if (topology().slot(slotId).isIdle()
          && after.getOrDefault(owner, 0) > after.getOrDefault(emptiest, 0) + 1) {
        after.merge(owner, -1, Integer::sum);
        after.merge(emptiest, 1, Integer::sum);
        moves.add(new RebalancePlan.Move(slotId, owner, emptiest));
      }
    }
    return new RebalancePlan(topology().epoch(), moves, before, after);
  }

  @Override
  public synchronized void confirmRebalance(RebalancePlan plan) {
    record("confirmRebalance(" + plan.moves().size() + " moves)");
    if (plan.epoch() != topology().epoch()) {
      throw conflict("the topology has moved on");
    }
    queue(plan.moves());
  }

  @Override
  public synchronized RebalancePlan planRebalance(RebalancePolicy policy) {
    failIfTold();
    lastPlan =
        WeightedPlanner.plan(topology(), policy, policy.isCodis() ? ONES : Views.bytesBySlot());
    return lastPlan;
  }

  @Override
  public synchronized Optional<RebalancePlan> plannedRebalance(String id) {
    return Optional.ofNullable(lastPlan).filter(plan -> plan.id().equals(id));
  }

  @Override
  public synchronized int drainGroup(int groupId) {
    record("drainGroup(" + groupId + ")");
    group(groupId);
    List<RebalancePlan.Move> moves =
        WeightedPlanner.plan(topology(), RebalancePolicy.draining(groupId), ONES).moves().stream()
            .filter(move -> move.sourceGroupId() == groupId)
            .toList();
    queue(moves);
    return moves.size();
  }

  @Override
  public synchronized Census census(int firstSlotId, int lastSlotId) {
    record("census(" + firstSlotId + ", " + lastSlotId + ")");
    return Views.census(topology().epoch(), firstSlotId, lastSlotId);
  }

  @Override
  public synchronized double measuredKeysPerSecond() {
    return 1000;
  }

  @Override
  public synchronized FsckReport fsck(boolean repair) {
    record("fsck(" + repair + ")");
    return Views.fsck(topology().epoch(), repair);
  }

  @Override
  public synchronized void removeProxy(String token) {
    record("removeProxy(" + token + ")");
    TopomView.ProxyHealth proxy =
        view.proxies().stream()
            .filter(p -> p.member().token().equals(token))
            .findFirst()
            .orElseThrow(() -> notFound("proxy " + token + " does not exist"));
    if (proxy.alive()) {
      throw conflict("proxy " + token + " is alive");
    }
    List<TopomView.ProxyHealth> proxies = new ArrayList<>(view.proxies());
    proxies.remove(proxy);
    view = Views.withProxies(view, proxies);
  }

  private void record(String call) {
    beforeEachChange.run();
    failIfTold();
    if (!view.leading()) {
      throw new TopomException(TopomException.Code.NOT_LEADER, "this topom does not lead");
    }
    calls.add(call);
  }

  private void failIfTold() {
    if (failure != null) {
      throw failure;
    }
  }

  private Topology topology() {
    return view.topology();
  }

  private Group group(int groupId) {
    return topology()
        .group(groupId)
        .orElseThrow(() -> notFound("group " + groupId + " does not exist"));
  }

  private static Server server(Group group, HostAndPort address) {
    return group
        .server(address)
        .orElseThrow(() -> notFound("server " + address + " is not in group " + group.groupId()));
  }

  private void putGroup(Group group) {
    Map<Integer, Group> groups = new TreeMap<>(topology().groups());
    groups.put(group.groupId(), group);
    commit(topology().slots(), groups);
  }

  private void putSlots(int first, int last, int groupId) {
    List<SlotMapping> slots = new ArrayList<>(topology().slots());
    for (int slotId = first; slotId <= last; slotId++) {
      if (!slots.get(slotId).isIdle()) {
        throw conflict("slot " + slotId + " is moving");
      }
      slots.set(slotId, new SlotMapping(slotId, groupId, SlotAction.IDLE));
    }
    commit(slots, topology().groups());
  }

  private void queue(List<RebalancePlan.Move> moves) {
    List<SlotMapping> slots = new ArrayList<>(topology().slots());
    List<TopomView.ActionProgress> actions = new ArrayList<>(view.actions());
    for (RebalancePlan.Move move : moves) {
      int index = actions.size() + 1;
      slots.set(
          move.slotId(),
          slots.get(move.slotId()).with(new SlotAction.Pending(index, move.targetGroupId())));
      actions.add(Views.pending(move, index));
    }
    commit(slots, topology().groups());
    view = Views.withActions(view, actions);
  }

  private void cancel(List<TopomView.ActionProgress> cancelled) {
    List<SlotMapping> slots = new ArrayList<>(topology().slots());
    List<TopomView.ActionProgress> actions = new ArrayList<>(view.actions());
    for (TopomView.ActionProgress action : cancelled) {
      slots.set(action.slotId(), slots.get(action.slotId()).with(SlotAction.IDLE));
      actions.remove(action);
    }
    commit(slots, topology().groups());
    view = Views.withActions(view, actions);
  }

  private void commit(List<SlotMapping> slots, Map<Integer, Group> groups) {
    Topology next =
        new Topology(
            topology().product(), topology().epoch() + 1, slots, groups, topology().control());
    view = Views.withTopology(view, next);
  }

  private static TopomException conflict(String message) {
    return new TopomException(TopomException.Code.CONFLICT, message);
  }

  private static TopomException notFound(String message) {
    return new TopomException(TopomException.Code.NOT_FOUND, message);
  }
}
