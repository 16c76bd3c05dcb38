package io.vodis.it.simulation;

import io.vodis.bus.BusReply;
import io.vodis.bus.BusReply.Released;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.ReleaseQuery;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.cluster.Witness;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.PinnedKey.Phase;
import io.vodis.model.Promotion;
import io.vodis.model.Role;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.slot.SlotHash;
import io.vodis.store.Registration;
import io.vodis.store.StoreChange;
import io.vodis.testsupport.InMemoryStoreServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everything there is in one run: a product, its clients, and what they must never see. */
final class World {

  static final String PRODUCT = "simulated";
  static final int GROUPS = 3;

  private static final int SLOTS = 6;
  private static final int KEYS_PER_SLOT = 2;
  private static final int CLIENTS = 4;
  private static final int WATCHERS_MAX = 3;

  /** Names that have the slots they are to have; the same in all runs. */
  private static final Map<String, List<String>> KEYS = new ConcurrentHashMap<>();

  final Simulation simulation;
  final Network network;
  final InMemoryStoreServer store = new InMemoryStoreServer(PRODUCT);
  final SimBus bus;
  final History history;
  final boolean deletes;

  /** Whether requests wait for a replica of the source after their keys were moved. */
  final boolean waits;

  /** Whether some keys are so big that they are moved alone. */
  final boolean hasHeavyKeys;

  /** Whether servers stand still in the midst of MIGRATE. */
  final boolean freezes;

  /** Whether servers say which commands they know; older ones, and some managed ones, do not. */
  final boolean describesCommands;

  /** So fast are keys moved that no request needs; 0 for as fast as it goes. */
  final int keysPerSecond;

  /** So many ha members; each makes a run slower. */
  private final int watchersWanted;

  /** Whether one has waited longer than it is to, or was told that there is nobody to wait for. */
  boolean waitedInVain;

  final List<SimProxy> proxies = new ArrayList<>();
  final List<SimTopom> topoms = new ArrayList<>();
  final List<SimHa> watchers = new ArrayList<>();
  final List<SimClient> clients = new ArrayList<>();
  final List<Integer> slots = new ArrayList<>();

  /** Keys that all clients write. */
  final List<String> sharedKeys = new ArrayList<>();

  private final Set<String> heavyKeys = new HashSet<>();
  private final Map<HostAndPort, SimServer> servers = new LinkedHashMap<>();
  private final @Nullable Rule broken;
  boolean storeDown;
  boolean calm;
  boolean over;

  /** Called when a server begins to send keys to another. */
  BiConsumer<SimServer, SimServer> onMigrate = (source, target) -> {};

  /** Called when a server is given the proofs of slots. */
  Consumer<SimServer> onProofs = target -> {};

  /** Called when the move of a big key begins or goes on. */
  Consumer<SlotMapping> onBigKey = slot -> {};

  /** How many of them have got to their targets. */
  int bigKeysMoved;

  /** How often a member has vouched for a proxy that had lost the store. */
  int vouchedFor;

  int successes;
  int errors;
  private int members;

  /** The primaries, by group, and the terms in which they were declared. */
  private final Map<Integer, HostAndPort> declared = new TreeMap<>();

  private final Map<HostAndPort, Long> declaredInTerm = new TreeMap<>();
  private final Map<String, FillSlots> tables = new LinkedHashMap<>();

  World(Simulation simulation, @Nullable Rule broken) {
    this.simulation = simulation;
    this.broken = broken;
    this.network = new Network(simulation);
    this.bus = new SimBus(simulation, network);
    this.history = new History(simulation);
    this.freezes = simulation.chance(0.4) || broken != null && broken.needsFreezes();
    this.describesCommands = simulation.chance(0.9) || freezes;
    this.deletes = simulation.chance(0.4) || freezes;
    this.waits = simulation.chance(0.5) && !broken(Rule.PROOFS_COUNT);
    this.keysPerSecond = simulation.chance(0.4) || broken(Rule.PROOFS_COUNT) ? 1 : 0;
    this.watchersWanted = simulation.chance(0.4) ? WATCHERS_MAX : 1;
    this.hasHeavyKeys = simulation.chance(0.4) || broken(Rule.BIG_KEYS_ARE_FENCED);
    begin();
  }

  /** The first key of each slot. */
  boolean isHeavy(String key) {
    return hasHeavyKeys && heavyKeys.contains(key);
  }

  boolean broken(Rule rule) {
    return broken == rule;
  }

  private void begin() {
    double lot = simulation.random.nextDouble();
    // In some runs no server knows users, in some one group does not let any be made.
    SimUsers.Kind users =
        describesCommands && (freezes || lot < 0.8) ? SimUsers.Kind.KNOWN : SimUsers.Kind.UNKNOWN;
    int refusing = lot > 0.6 && lot < 0.8 ? 1 + simulation.random.nextInt(GROUPS) : 0;
    Map<Integer, Group> groups = new TreeMap<>();
    for (int groupId = 1; groupId <= GROUPS; groupId++) {
      List<Server> declared = new ArrayList<>();
      int size = groupId == 1 && simulation.chance(0.3) ? 3 : 2;
      for (int i = 0; i < size; i++) {
        HostAndPort address = new HostAndPort("10.0." + groupId + "." + (i + 1), 6379);
        boolean refuses = groupId == refusing && !(broken != null && freezes);
        servers.put(
            address,
            new SimServer(
                simulation, network, this, address, refuses ? SimUsers.Kind.REFUSED : users));
        declared.add(Server.of(address));
      }
      for (Server replica : declared.subList(1, size)) {
        server(replica.address()).follow(server(declared.get(0).address()));
      }
      groups.put(groupId, new Group(groupId, declared, Promotion.NONE));
    }
    List<SlotMapping> mappings = new ArrayList<>();
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      // As tables are: long ranges, but for the few slots that are used.
      int groupId = slot < SLOTS ? 1 + slot % 2 : 1 + slot * 2 / Topology.SLOT_COUNT;
      mappings.add(new SlotMapping(slot, groupId, SlotAction.IDLE));
    }
    store.put(new Topology(PRODUCT, 1, mappings, groups));
    for (int i = 0; i < SLOTS; i++) {
      slots.add(i);
    }
    startTopom();
    startTopom();
    startProxy();
    startProxy();
    startWatchers();
    List<List<List<String>>> shares = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      shares.add(new ArrayList<>());
    }
    for (int slot : slots) {
      List<String> keys = keys("key-", slot, KEYS_PER_SLOT);
      shares.get(slot % CLIENTS).add(keys);
      heavyKeys.add(keys.getFirst());
    }
    sharedKeys.addAll(keys("shared-", slots.getFirst(), 1));
    sharedKeys.addAll(keys("shared-", slots.getLast(), 1));
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new SimClient(this, "client-" + i, shares.get(i)));
    }
  }

  private static List<String> keys(String prefix, int slot, int count) {
    return KEYS.computeIfAbsent(prefix + slot, name -> List.copyOf(found(prefix, slot, count)));
  }

  private static List<String> found(String prefix, int slot, int count) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; keys.size() < count; i++) {
      if (slotOf(prefix + i) == slot) {
        keys.add(prefix + i);
      }
    }
    return keys;
  }

  static int slotOf(String key) {
    return SlotHash.slotOf(key.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Member member(Role role, String name) {
    HostAndPort address = new HostAndPort(name, 1);
    members++;
    return new Member(role, name, "%s-%06d".formatted(name, members), address, address, "", 1, "");
  }

  /** Whoever is started takes the place of one that was killed, and answers for it. */
  private static String freeName(String prefix, Stream<SimProcess> present) {
    Set<String> taken = present.map(SimProcess::name).collect(Collectors.toSet());
    return IntStream.iterate(1, i -> i + 1)
        .mapToObj(i -> prefix + i)
        .filter(name -> !taken.contains(name))
        .findFirst()
        .orElseThrow();
  }

  void startTopom() {
    String name = freeName("topom-", topoms.stream().map(SimTopom::process));
    topoms.add(new SimTopom(this, name, member(Role.TOPOM, name)));
  }

  /** Where a proxy keeps its last table; one that is started there later finds it. */
  Consumer<FillSlots> keptTables(String proxy) {
    return table -> tables.put(proxy, table);
  }

  Optional<FillSlots> keptTable(String proxy) {
    return Optional.ofNullable(tables.get(proxy));
  }

  void startProxy() {
    String name = freeName("proxy-", proxies.stream().map(SimProxy::process));
    proxies.add(new SimProxy(this, name, member(Role.PROXY, name)));
  }

  /** As many ha members as there are to be. */
  void startWatchers() {
    while (watchers.size() < watchersWanted) {
      String name = freeName("ha-", watchers.stream().map(SimHa::process));
      watchers.add(new SimHa(this, name, member(Role.HA, name)));
    }
  }

  /** A member may be asked for its word from now on. */
  void witness(SimProcess process, Registration registration) {
    String incarnation = registration.member().incarnation();
    Witness witness =
        new Witness(incarnation, registration::answeredNanos, simulation.clock, SimStore.LEASE);
    bus.witness(
        incarnation,
        process,
        query -> {
          if (query instanceof ReleaseQuery && broken(Rule.WITNESSES_KEEP_THEIR_WORD)) {
            return new Released(incarnation, 0);
          }
          BusReply word = witness.answer(query);
          if (word instanceof Vouched vouched && vouched.millis() > 0) {
            vouchedFor++;
          }
          return word;
        });
  }

  SimServer server(HostAndPort address) {
    SimServer server = servers.get(address);
    if (server == null) {
      throw new IllegalArgumentException("there is no " + address);
    }
    return server;
  }

  List<SimServer> servers() {
    return new ArrayList<>(servers.values());
  }

  @Nullable SimProxy anyProxy() {
    return proxies.isEmpty() ? null : simulation.pick(proxies);
  }

  Topology topology() {
    synchronized (store) {
      return store.topology();
    }
  }

  void onCommit(Topology next, List<StoreChange> changes, long term) {
    for (Group group : next.groups().values()) {
      HostAndPort primary = group.primary().orElseThrow().address();
      if (!primary.equals(declared.put(group.groupId(), primary))) {
        declaredInTerm.put(primary, term);
      }
    }
    for (StoreChange change : changes) {
      switch (change) {
        case StoreChange.PutSlot put -> {
          if (slots.contains(put.slot().slotId())) {
            simulation.log("epoch " + next.epoch() + ": " + text(put.slot()));
            if (put.slot().action() instanceof SlotAction.Moving moving
                && moving.pinned().stream().anyMatch(key -> key.phase() != Phase.SERVED)) {
              onBigKey.accept(put.slot());
            }
          }
        }
        case StoreChange.PutGroup put ->
            simulation.log(
                "epoch "
                    + next.epoch()
                    + ": group "
                    + put.group().groupId()
                    + " "
                    + put.group().primary().orElseThrow().address()
                    + " "
                    + put.group().promotion());
        default -> {}
      }
    }
  }

  private static String text(SlotMapping slot) {
    return "slot " + slot.slotId() + " of " + slot.groupId() + " " + slot.action();
  }

  /**
   * A replica has become a primary; what it lacked is lost if that was a failover. It must have had
   * the data of the primary, but for a limit that is known: a leader that began after that one was
   * declared, and to which it has never answered, believes the replica.
   *
   * @param term of the leader that had it done
   */
  void promoted(SimServer server, List<List<String>> lost, long term) {
    Promotion promotion =
        topology().groupOf(server.address()).map(Group::promotion).orElse(Promotion.NONE);
    if (promotion instanceof Promotion.Prepared prepared && !prepared.planned()) {
      topology()
          .groupOf(server.address())
          .flatMap(Group::primary)
          .map(primary -> server(primary.address()))
          .filter(primary -> !server.hasDataOf(primary))
          .filter(
              primary ->
                  primary.seenInTerm() == term
                      || declaredInTerm.getOrDefault(primary.address(), 0L) == term)
          .ifPresent(
              primary ->
                  simulation.violation(
                      server.place() + " is promoted without the data of " + primary.place()));
      history.excuse(server, lost, waits && !waitedInVain);
    }
  }

  /** In no slot may two servers execute writes at the same time, whatever a proxy believes. */
  void checkOwners() {
    for (int slot : slots) {
      Set<HostAndPort> owners = new HashSet<>();
      for (SimProxy proxy : proxies) {
        if (!proxy.process().isKilled()) {
          owners.addAll(proxy.servingNow(slot));
        }
      }
      if (owners.size() > 1) {
        simulation.violation("slot " + slot + " is served by " + new java.util.TreeSet<>(owners));
      }
    }
  }

  /**
   * A write may be executed only where its slot is by the store, whoever has sent it and however
   * late. A server that is not its group's primary is excepted: it loses all that it has executed
   * meanwhile when it is made a replica.
   */
  void checkExecutor(SimServer server, String by, String key) {
    Topology topology = topology();
    SlotMapping slot = topology.slot(slotOf(key));
    int ownerId =
        switch (slot.action()) {
          case SlotAction.Migrating moving -> ownerOf(key, slot, moving);
          case SlotAction.Turning moving -> ownerOf(key, slot, moving);
          case SlotAction.Finished moving -> moving.targetGroupId();
          case SlotAction.Preparing moving -> ownerUntilFenced(key, slot, moving);
          default -> slot.groupId();
        };
    boolean primary =
        topology
            .groupOf(server.address())
            .flatMap(Group::primary)
            .filter(declared -> declared.address().equals(server.address()))
            .isPresent();
    if (primary && !topology.primaryOf(ownerId).equals(Optional.of(server.address()))) {
      simulation.violation(
          by
              + " writes "
              + key
              + " on "
              + server.place()
              + ", but "
              + text(slot)
              + " by the store");
    }
  }

  /**
   * A server that has been replaced may restore no key beside its successor. Where servers cannot
   * tell them apart, what it brings back counts as known: the key may have been deleted since.
   */
  void checkMover(SimServer target, SimConnection by, String key, boolean isThere) {
    HostAndPort source = HostAndPort.parse(by.from());
    Optional<HostAndPort> primary =
        topology().groupOf(source).flatMap(Group::primary).map(Server::address);
    if (primary.isEmpty() || primary.get().equals(source)) {
      return;
    }
    if (by.user.isEmpty()) {
      if (!isThere) {
        history.mayReturn(key);
      }
    } else if (target.lets(primary.get())) {
      simulation.violation(
          "%s restores %s on %s, where %s may in its place"
              .formatted(source, key, target.place(), primary.get()));
    }
  }

  /** Pinned keys stay behind until each has been moved alone. */
  private static int ownerOf(String key, SlotMapping slot, SlotAction.Moving moving) {
    return isPinned(key, moving) ? slot.groupId() : moving.targetGroupId();
  }

  /** A proxy that does not know of the fence yet; what has not left home is pinned there. */
  private static int ownerUntilFenced(String key, SlotMapping slot, SlotAction.Preparing moving) {
    return moving.returning() && isPinned(key, moving) ? moving.targetGroupId() : slot.groupId();
  }

  private static boolean isPinned(String key, SlotAction.Moving moving) {
    byte[] name = key.getBytes(StandardCharsets.ISO_8859_1);
    return moving.pinned().stream().anyMatch(pinned -> Arrays.equals(pinned.bytes(), name));
  }

  /** Why the product is not at rest; empty if it is. */
  String unrest() {
    Topology topology = topology();
    for (SlotMapping slot : topology.slots()) {
      if (!slot.isIdle()) {
        return text(slot);
      }
    }
    for (Group group : topology.groups().values()) {
      if (!group.promotion().equals(Promotion.NONE)) {
        return "group " + group.groupId() + " " + group.promotion();
      }
      for (Server server : group.servers()) {
        boolean primary = server.equals(group.primary().orElseThrow());
        if (server(server.address()).isPrimary() != primary) {
          return server.address() + " has the wrong role";
        }
      }
    }
    for (SimProxy proxy : proxies) {
      if (!proxy.serves() || proxy.epoch() < topology.epoch()) {
        return proxy.process().name()
            + " is at epoch "
            + proxy.epoch()
            + " of "
            + topology.epoch()
            + (proxy.serves() ? "" : ", fenced");
      }
    }
    return "";
  }
}
