package io.vodis.topom.api;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.ServerStatus;
import io.vodis.topom.TopomView;
import io.vodis.topom.TopomView.ActionProgress;
import io.vodis.topom.TopomView.ProxyHealth;
import io.vodis.topom.TopomView.ServerHealth;
import io.vodis.topom.api.view.ActionCounts;
import io.vodis.topom.api.view.ActionsView;
import io.vodis.topom.api.view.GroupsView;
import io.vodis.topom.api.view.MembersView;
import io.vodis.topom.api.view.OverviewView;
import io.vodis.topom.api.view.ProxiesView;
import io.vodis.topom.api.view.RebalanceView;
import io.vodis.topom.api.view.ServersView;
import io.vodis.topom.api.view.SlotsView;
import io.vodis.topom.plan.RebalancePlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** From what topom knows to what the API shows. Pure. */
final class ViewMapper {

  private static final String PENDING = "pending";

  private ViewMapper() {}

  static OverviewView overview(TopomView view) {
    Topology topology = view.topology();
    Member leader = view.leader();
    long offline = count(topology.slots(), slot -> slot.groupId() == SlotMapping.NO_GROUP);
    return new OverviewView(
        topology.product(),
        topology.epoch(),
        view.term(),
        view.leading(),
        leader == null
            ? null
            : new OverviewView.Leader(leader.token(), leader.serviceAddress().toString()),
        topology.groups().size(),
        new OverviewView.Slots(
            Topology.SLOT_COUNT,
            Topology.SLOT_COUNT - (int) offline,
            (int) offline,
            (int) count(topology.slots(), slot -> !slot.isIdle())),
        serverCounts(view),
        new OverviewView.Proxies(
            view.proxies().size(),
            (int) count(view.proxies(), ProxyHealth::alive),
            view.leading()
                ? (int) count(view.proxies(), p -> p.alive() && p.epoch() >= topology.epoch())
                : null),
        actionCounts(view.actions()),
        view.proxies().stream()
            .flatMap(
                proxy ->
                    proxy.warnings().stream()
                        .map(words -> "proxy " + proxy.member().serviceAddress() + ": " + words))
            .toList());
  }

  static GroupsView groups(TopomView view) {
    return new GroupsView(
        view.topology().epoch(),
        view.topology().groups().values().stream().map(group -> group(view, group)).toList());
  }

  static GroupsView.Group group(TopomView view, Group group) {
    return new GroupsView.Group(
        group.groupId(),
        (int) count(view.topology().slots(), slot -> slot.groupId() == group.groupId()),
        promotion(group.promotion()),
        group.servers().stream().map(server -> server(view, group, server)).toList());
  }

  static ServersView servers(TopomView view) {
    List<ServersView.Server> servers = new ArrayList<>();
    for (Group group : view.topology().groups().values()) {
      for (Server server : group.servers()) {
        servers.add(server(view, group, server));
      }
    }
    return new ServersView(view.topology().epoch(), servers);
  }

  static SlotsView slots(TopomView view) {
    List<SlotsView.Range> ranges = new ArrayList<>();
    for (SlotMapping slot : view.topology().slots()) {
      SlotsView.Range next = range(slot);
      SlotsView.Range last = ranges.isEmpty() ? null : ranges.getLast();
      if (last != null
          && last.groupId() == next.groupId()
          && last.action().equals(next.action())
          && Objects.equals(last.targetGroupId(), next.targetGroupId())) {
        ranges.removeLast();
        next =
            new SlotsView.Range(
                last.first(), next.last(), next.groupId(), next.action(), next.targetGroupId());
      }
      ranges.add(next);
    }
    return new SlotsView(view.topology().epoch(), ranges);
  }

  static RebalanceView rebalance(RebalancePlan plan) {
    TreeSet<Integer> groupIds = new TreeSet<>(plan.slotsBefore().keySet());
    groupIds.addAll(plan.slotsAfter().keySet());
    List<RebalanceView.Move> moves = new ArrayList<>();
    for (RebalancePlan.Move move : plan.moves()) {
      RebalanceView.Move last = moves.isEmpty() ? null : moves.getLast();
      int first = move.slotId();
      if (last != null
          && last.last() + 1 == move.slotId()
          && last.sourceGroupId() == move.sourceGroupId()
          && last.targetGroupId() == move.targetGroupId()) {
        moves.removeLast();
        first = last.first();
      }
      moves.add(
          new RebalanceView.Move(first, move.slotId(), move.sourceGroupId(), move.targetGroupId()));
    }
    return new RebalanceView(
        plan.epoch(),
        plan.id(),
        plan.moves().size(),
        groupIds.stream()
            .map(
                id ->
                    new RebalanceView.Group(
                        id,
                        plan.slotsBefore().getOrDefault(id, 0),
                        plan.slotsAfter().getOrDefault(id, 0),
                        plan.costBefore().get(id),
                        plan.costAfter().get(id)))
            .toList(),
        moves);
  }

  static ActionsView actions(TopomView view) {
    List<ActionProgress> running =
        view.actions().stream().filter(action -> !action.state().equals(PENDING)).toList();
    return new ActionsView(
        view.topology().epoch(),
        actionCounts(view.actions()),
        running.stream()
            .map(ViewMapper::rate)
            .filter(Objects::nonNull)
            .max(Comparator.naturalOrder())
            .orElse(null),
        running.stream()
            .map(ViewMapper::etaMillis)
            .filter(Objects::nonNull)
            .max(Comparator.naturalOrder())
            .orElse(null),
        view.actions().stream()
            .sorted(Comparator.comparingInt(ActionProgress::index))
            .map(ViewMapper::action)
            .toList());
  }

  static ProxiesView proxies(TopomView view) {
    return new ProxiesView(
        view.topology().epoch(), view.proxies().stream().map(ViewMapper::proxy).toList());
  }

  static MembersView members(TopomView view) {
    Member leader = view.leader();
    String leaderIncarnation = leader == null ? "" : leader.incarnation();
    return new MembersView(
        view.members().stream()
            .sorted(Comparator.comparing(Member::role).thenComparing(Member::token))
            .map(member -> member(member, member.incarnation().equals(leaderIncarnation)))
            .toList());
  }

  private static OverviewView.Servers serverCounts(TopomView view) {
    int total = 0;
    int answering = 0;
    for (Group group : view.topology().groups().values()) {
      for (Server server : group.servers()) {
        total++;
        answering += Boolean.TRUE.equals(answering(view.servers().get(server.address()))) ? 1 : 0;
      }
    }
    return new OverviewView.Servers(total, view.leading() ? answering : null);
  }

  private static ActionCounts actionCounts(List<ActionProgress> actions) {
    int pending = (int) count(actions, action -> action.state().equals(PENDING));
    return new ActionCounts(pending, actions.size() - pending);
  }

  private static ServersView.Server server(TopomView view, Group group, Server server) {
    ServerHealth health = view.servers().get(server.address());
    ServerStatus status = health == null ? null : health.status();
    HostAndPort upstream = status == null ? null : status.upstream();
    return new ServersView.Server(
        server.address().toString(),
        group.groupId(),
        roleName(group.primary().filter(server::equals).isPresent()),
        server.datacenter(),
        answering(health),
        status == null ? null : roleName(status.primary()),
        health == null ? null : health.error(),
        health == null ? null : health.ageMillis(),
        upstream == null ? null : upstream.toString(),
        status == null ? null : status.linkUp(),
        status == null ? null : status.linkDownSeconds(),
        status == null ? null : status.offset(),
        status == null ? null : status.priority(),
        status == null ? null : status.keys(),
        status == null ? null : status.usedMemoryBytes(),
        status == null ? null : status.maxMemoryBytes(),
        status == null ? null : status.connectedClients(),
        status == null ? null : status.loading(),
        status == null ? null : status.version());
  }

  /** Null if it was not asked by this topom. */
  private static @Nullable Boolean answering(@Nullable ServerHealth health) {
    return health == null ? null : health.status() != null && health.error() == null;
  }

  private static String roleName(boolean primary) {
    return primary ? "primary" : "replica";
  }

  private static GroupsView.Promotion promotion(Promotion promotion) {
    return switch (promotion) {
      case Promotion.None none -> new GroupsView.Promotion("none", null);
      case Promotion.Preparing p -> new GroupsView.Promotion("preparing", text(p.candidate()));
      case Promotion.Prepared p -> new GroupsView.Promotion("prepared", text(p.candidate()));
      case Promotion.Finished p -> new GroupsView.Promotion("finished", text(p.candidate()));
    };
  }

  private static SlotsView.Range range(SlotMapping slot) {
    Integer target =
        slot.action() instanceof SlotAction.Moving moving ? moving.targetGroupId() : null;
    return new SlotsView.Range(
        slot.slotId(), slot.slotId(), slot.groupId(), stateName(slot.action()), target);
  }

  private static String stateName(SlotAction action) {
    return switch (action) {
      case SlotAction.Idle idle -> "idle";
      case SlotAction.Pending pending -> PENDING;
      case SlotAction.Preparing preparing -> "preparing";
      case SlotAction.Prepared prepared -> "prepared";
      case SlotAction.Migrating migrating -> "migrating";
      case SlotAction.Turning turning -> "turning";
      case SlotAction.Finished finished -> "finished";
    };
  }

  private static ActionsView.Action action(ActionProgress action) {
    return new ActionsView.Action(
        action.slotId(),
        action.sourceGroupId(),
        action.targetGroupId(),
        action.index(),
        action.state(),
        action.returning(),
        action.waitingFor().isEmpty() ? null : action.waitingFor(),
        action.movedKeys(),
        rate(action),
        etaMillis(action),
        action.bigKeys());
  }

  private static @Nullable Double rate(ActionProgress action) {
    return action.keysPerSecond() > 0 ? action.keysPerSecond() : null;
  }

  private static @Nullable Long etaMillis(ActionProgress action) {
    return action.eta() == null ? null : action.eta().toMillis();
  }

  private static ProxiesView.Proxy proxy(ProxyHealth proxy) {
    Member member = proxy.member();
    return new ProxiesView.Proxy(
        member.token(),
        proxy.alive(),
        proxy.epoch() < 0 ? null : proxy.epoch(),
        text(member.serviceAddress()),
        text(member.adminAddress()),
        member.datacenter(),
        member.pid(),
        member.startTime(),
        member.incarnation(),
        proxy.warnings());
  }

  private static MembersView.Member member(Member member, boolean leader) {
    return new MembersView.Member(
        member.role().id(),
        member.token(),
        leader,
        text(member.serviceAddress()),
        text(member.adminAddress()),
        member.datacenter(),
        member.pid(),
        member.startTime(),
        member.incarnation());
  }

  private static String text(HostAndPort address) {
    return address.toString();
  }

  private static <T> long count(List<T> items, Predicate<T> which) {
    return items.stream().filter(which).count();
  }
}
