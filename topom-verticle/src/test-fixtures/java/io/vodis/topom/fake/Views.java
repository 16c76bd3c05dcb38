package io.vodis.topom.fake;

import io.vodis.model.AuditEntry;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Promotion;
import io.vodis.model.Role;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.ServerStatus;
import io.vodis.topom.TopomView;
import io.vodis.topom.TopomView.ActionProgress;
import io.vodis.topom.TopomView.ProxyHealth;
import io.vodis.topom.TopomView.ServerHealth;
import io.vodis.topom.census.Census;
import io.vodis.topom.census.Fsck;
import io.vodis.topom.census.FsckReport;
import io.vodis.topom.census.SlotFigures;
import io.vodis.topom.census.Stray;
import io.vodis.topom.plan.RebalancePlan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Views to test with. */
public final class Views {

  public static final HostAndPort PRIMARY_1 = new HostAndPort("127.0.0.1", 6379);
  public static final HostAndPort REPLICA_1 = new HostAndPort("127.0.0.1", 6380);
  public static final HostAndPort PRIMARY_2 = new HostAndPort("127.0.0.1", 6381);
  public static final HostAndPort SILENT_2 = new HostAndPort("::1", 6382);

  public static final String ALIVE_PROXY = "proxyalive";
  public static final String DEAD_PROXY = "proxydead";

  private Views() {}

  /**
   * Two groups of two servers and an empty one; slots 0-699 in group 1, 700-899 in group 2, the
   * rest offline, slot 5 on its way from 1 to 2, slot 6 waiting; one live and one dead proxy. One
   * server does not answer.
   */
  public static TopomView busy() {
    List<SlotMapping> slots = new ArrayList<>(Topology.empty("demo").slots());
    for (int slotId = 0; slotId < 900; slotId++) {
      slots.set(slotId, new SlotMapping(slotId, slotId < 700 ? 1 : 2, SlotAction.IDLE));
    }
    slots.set(5, slots.get(5).with(new SlotAction.Migrating(1, 2)));
    slots.set(6, slots.get(6).with(new SlotAction.Pending(2, 2)));
    Group first =
        new Group(
            1, List.of(Server.of(PRIMARY_1), new Server(REPLICA_1, "east", true)), Promotion.NONE);
    Group second =
        new Group(
            2,
            List.of(Server.of(PRIMARY_2), Server.of(SILENT_2)),
            new Promotion.Preparing(SILENT_2, true));
    Member leader = member(Role.TOPOM, "topomleader", 18080);
    Member alive = member(Role.PROXY, ALIVE_PROXY, 19000);
    return new TopomView(
        new Topology("demo", 41, slots, Map.of(1, first, 2, second, 3, Group.empty(3))),
        7,
        leader,
        true,
        Map.of(
            PRIMARY_1, new ServerHealth(status(PRIMARY_1, null), null, 400),
            REPLICA_1, new ServerHealth(status(REPLICA_1, PRIMARY_1), null, 400),
            PRIMARY_2, new ServerHealth(status(PRIMARY_2, null), "timed out after 1 s", 2400),
            SILENT_2, new ServerHealth(null, "connection refused", 900)),
        List.of(
            new ProxyHealth(alive, true, 41, List.of("its disk is full")),
            new ProxyHealth(member(Role.PROXY, DEAD_PROXY, 19001), false, -1, List.of())),
        List.of(leader, alive, member(Role.HA, "ha1", 11081), member(Role.METRICS, "m1", 18090)),
        List.of(
            new ActionProgress(
                5,
                1,
                2,
                1,
                "migrating",
                false,
                "",
                1200,
                15000.5,
                Duration.ofSeconds(75),
                List.of("big:1")),
            new ActionProgress(6, 1, 2, 2, "pending", false, "its turn", 0, 0, null, List.of())));
  }

  /** A product of which nothing is stored yet, and no leader. */
  public static TopomView empty() {
    return new TopomView(
        Topology.empty("demo"), 0, null, false, Map.of(), List.of(), List.of(), List.of());
  }

  public static Member member(Role role, String token, int port) {
    return new Member(
        role,
        token,
        token + "-1",
        new HostAndPort("127.0.0.1", port),
        new HostAndPort("127.0.0.1", port),
        "east",
        4711,
        "2026-01-02T03:04:05Z");
  }

  public static TopomView withLeader(TopomView view, @Nullable Member leader, boolean leading) {
    return new TopomView(
        view.topology(),
        view.term(),
        leader,
        leading,
        view.servers(),
        view.proxies(),
        view.members(),
        view.actions());
  }

  public static TopomView withTopology(TopomView view, Topology topology) {
    return new TopomView(
        topology,
        view.term(),
        view.leader(),
        view.leading(),
        view.servers(),
        view.proxies(),
        view.members(),
        view.actions());
  }

  public static TopomView withProxies(TopomView view, List<ProxyHealth> proxies) {
    return new TopomView(
        view.topology(),
        view.term(),
        view.leader(),
        view.leading(),
        view.servers(),
        proxies,
        view.members(),
        view.actions());
  }

  public static TopomView withActions(TopomView view, List<ActionProgress> actions) {
    return new TopomView(
        view.topology(),
        view.term(),
        view.leader(),
        view.leading(),
        view.servers(),
        view.proxies(),
        view.members(),
        actions);
  }

  /** The view after every action has completed. */
  public static TopomView settled(TopomView view) {
    List<SlotMapping> slots =
        view.topology().slots().stream()
            .map(
                slot ->
                    slot.action() instanceof SlotAction.Moving moving
                        ? new SlotMapping(slot.slotId(), moving.targetGroupId(), SlotAction.IDLE)
                        : slot)
            .toList();
    Topology topology = view.topology();
    return withActions(
        withTopology(
            view, new Topology(topology.product(), topology.epoch() + 1, slots, topology.groups())),
        List.of());
  }

  static ActionProgress pending(RebalancePlan.Move move, int index) {
    return new ActionProgress(
        move.slotId(),
        move.sourceGroupId(),
        move.targetGroupId(),
        index,
        "pending",
        false,
        "its turn",
        0,
        0,
        null,
        List.of());
  }

  static List<AuditEntry> audit() {
    return List.of(
        new AuditEntry(
            41,
            Instant.parse("2026-11-20T20:00:01.5Z"),
            "alice",
            "10.0.0.9:4711",
            "cancel action of slot 7",
            "slot 7: group 1",
            "done"),
        new AuditEntry(
            40,
            Instant.parse("2026-11-20T20:00:00Z"),
            "ha",
            "ha-1 ha-2: no PING",
            "fail over group 2 from 127.0.0.1:6381",
            "group 2: [::1]:6382",
            "done"));
  }

  static long[] bytesBySlot() {
    long[] bytes = new long[Topology.SLOT_COUNT];
    Arrays.fill(bytes, 1000);
    return bytes;
  }

  static Census census(long epoch, int first, int last) {
    List<SlotFigures> slots = new ArrayList<>();
    for (int slotId = first; slotId <= last; slotId++) {
      slots.add(
          slotId % 2 == 0
              ? SlotFigures.empty(slotId)
              : new SlotFigures(
                  slotId,
                  100,
                  3000,
                  Map.of("string", 90L, "hash", 10L),
                  List.of(new SlotFigures.BigKey("big:" + slotId, "hash", 2000))));
    }
    return new Census(
        epoch,
        Instant.parse("2026-11-20T20:00:00Z"),
        Duration.ofMillis(1500),
        slots,
        List.of(stray()),
        1);
  }

  static FsckReport fsck(long epoch, boolean repair) {
    return new FsckReport(
        census(epoch, 0, 9),
        List.of(new Fsck.Finding(stray(), Fsck.Kind.SECOND_COPY, repair ? "removed" : "found")));
  }

  private static Stray stray() {
    return new Stray(
        new HostAndPort("127.0.0.1", 6381),
        0,
        5,
        "lost".getBytes(StandardCharsets.UTF_8),
        new HostAndPort("127.0.0.1", 6379));
  }

  static ActionProgress turning(ActionProgress action) {
    return new ActionProgress(
        action.slotId(),
        action.sourceGroupId(),
        action.targetGroupId(),
        action.index(),
        "turning",
        true,
        "",
        action.movedKeys(),
        0,
        null,
        action.bigKeys());
  }

  private static ServerStatus status(HostAndPort server, @Nullable HostAndPort upstream) {
    return new ServerStatus(
        server,
        "7.0.15",
        "run" + server.port(),
        upstream == null,
        123_456,
        upstream,
        true,
        0,
        true,
        upstream != null,
        "",
        "",
        100,
        5L * 1024 * 1024,
        0,
        1_234_567,
        false,
        12,
        Map.of(0, 1_234_567L));
  }
}
