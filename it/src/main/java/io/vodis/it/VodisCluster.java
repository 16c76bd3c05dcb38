package io.vodis.it;

import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.ClusterNodes;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.StoreChange;
import io.vodis.store.TopologyStore;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.TcpRelay;
import io.vodis.testsupport.ZooKeeperServer;
import io.vodis.testsupport.workload.SlotOracle;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A running product: ZooKeeper, groups of servers with all slots assigned evenly, and the members
 * asked for. Closing it ends everything it started.
 */
public final class VodisCluster implements AutoCloseable {

  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

  /** Of the test's own way to the store, which no fault is to touch. */
  private static final Duration OBSERVER_SESSION = Duration.ofSeconds(20);

  private static final String ADMIN_TOKEN = "token-of-the-tests";

  private final ClusterPlan plan;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final List<List<RedisProcess>> groups = new ArrayList<>();
  private final Map<Role, List<ClusterMember>> members = new HashMap<>();
  private final Map<HostAndPort, TcpRelay> relays = new HashMap<>();
  private final Map<HostAndPort, TcpRelay> busRelays = new HashMap<>();
  private final Map<HostAndPort, TcpRelay> serverRelays = new HashMap<>();
  private final List<List<HostAndPort>> addresses = new ArrayList<>();
  private final @Nullable ZooKeeperServer zooKeeper;
  private final HostAndPort storeAddress;
  private final ClusterNode observer;
  private final AdminClient admin;

  private VodisCluster(
      ClusterPlan plan, @Nullable HostAndPort foreignStore, List<List<HostAndPort>> foreignGroups) {
    this.plan = plan;
    admin =
        new AdminClient(
            () -> members(Role.TOPOM).stream().map(ClusterMember::address).toList(), ADMIN_TOKEN);
    try {
      if (foreignStore == null) {
        zooKeeper = closing(ZooKeeperServer.start());
        storeAddress = HostAndPort.parse(zooKeeper.address());
      } else {
        zooKeeper = null;
        storeAddress = foreignStore;
      }
      if (foreignGroups.isEmpty()) {
        startServers();
      } else {
        addresses.addAll(foreignGroups);
      }
      observer = closing(ClusterNodes.start(product(), coordinator()));
      bootstrap();
      startMembers();
      awaitServing();
    } catch (Throwable failure) {
      close();
      throw failure;
    }
  }

  public static VodisCluster start(ClusterPlan plan) {
    return new VodisCluster(plan, null, List.of());
  }

  /** A product on a ZooKeeper and on servers that others have started; a group for each server. */
  public static VodisCluster over(ClusterPlan plan, HostAndPort store, List<HostAndPort> servers) {
    return new VodisCluster(plan, store, servers.stream().map(List::of).toList());
  }

  /** The same with groups of several servers; the first of each is its primary. */
  public static VodisCluster overGroups(
      ClusterPlan plan, HostAndPort store, List<List<HostAndPort>> groups) {
    return new VodisCluster(plan, store, groups);
  }

  private <T extends AutoCloseable> T closing(T part) {
    started.push(part);
    return part;
  }

  private ProductConfig product() {
    return new ProductConfig(plan.product(), plan.password());
  }

  private CoordinatorConfig coordinator() {
    return new CoordinatorConfig(
        "zookeeper", storeAddress.toString(), "", OBSERVER_SESSION, "127.0.0.1");
  }

  private void startServers() {
    for (int g = 0; g < plan.groups(); g++) {
      List<RedisProcess> servers = new ArrayList<>();
      List<HostAndPort> knownAs = new ArrayList<>();
      for (int i = 0; i <= plan.replicas(); i++) {
        RedisProcess.Builder builder = RedisProcess.builder();
        if (plan.redisBinary() != null) {
          builder.binary(plan.redisBinary());
        }
        if (!plan.password().isEmpty()) {
          builder.password(plan.password());
        }
        plan.redisOptions().forEach((key, words) -> builder.option(key, words.split(" ", -1)));
        HostAndPort own = new HostAndPort("127.0.0.1", FreePorts.next());
        HostAndPort known = plan.serversRelayed() ? relayTo(own) : own;
        builder.port(own.port());
        if (plan.serversRelayed()) {
          builder.option("slave-announce-port", Integer.toString(known.port()));
        }
        if (i > 0) {
          builder.replicaOf(knownAs.getFirst());
        }
        knownAs.add(known);
        servers.add(closing(builder.start()));
      }
      groups.add(List.copyOf(servers));
      addresses.add(List.copyOf(knownAs));
    }
  }

  /** Writes groups and slots as a leader would, before there is one. */
  private void bootstrap() {
    HostAndPort nowhere = new HostAndPort("127.0.0.1", 1);
    Member self = MemberIdentity.starting(Role.TOPOM, plan.product(), nowhere, nowhere, "");
    Leadership leadership = store().tryLead(self).orElseThrow();
    List<StoreChange> changes = new ArrayList<>();
    for (int g = 0; g < addresses.size(); g++) {
      List<Server> servers = addresses.get(g).stream().map(Server::of).toList();
      changes.add(new StoreChange.PutGroup(Group.empty(g + 1).withServers(servers)));
    }
    for (int slotId = 0; slotId < Topology.SLOT_COUNT; slotId++) {
      int groupId = slotId * addresses.size() / Topology.SLOT_COUNT + 1;
      changes.add(new StoreChange.PutSlot(new SlotMapping(slotId, groupId, SlotAction.IDLE)));
    }
    store().commit(leadership, store().load(), changes);
    store().resign(leadership);
  }

  private void startMembers() {
    for (Role role : List.of(Role.TOPOM, Role.PROXY, Role.HA, Role.METRICS)) {
      List<ClusterMember> sameRole = new ArrayList<>();
      for (int i = 0; i < plan.count(role); i++) {
        sameRole.add(startMember(role));
      }
      members.put(role, List.copyOf(sameRole));
    }
    members.values().stream()
        .flatMap(List::stream)
        .filter(ChildMember.class::isInstance)
        .forEach(member -> ((ChildMember) member).awaitUp());
  }

  private ClusterMember startMember(Role role) {
    HostAndPort address = new HostAndPort("127.0.0.1", FreePorts.next());
    HostAndPort adminAddress =
        role == Role.PROXY ? new HostAndPort("127.0.0.1", FreePorts.next()) : address;
    Map<String, String> keys = new HashMap<>();
    keys.put("product_name", plan.product());
    keys.put("product_auth", plan.password());
    keys.put("coordinator_addr", storeAddressFor(role, address));
    keys.put("coordinator_session_timeout", plan.sessionTimeout().toMillis() + "ms");
    keys.put("advertised_host", "127.0.0.1");
    if (role == Role.TOPOM) {
      keys.put("admin_token", ADMIN_TOKEN);
    }
    if (role == Role.PROXY) {
      keys.put("proxy_table_dir", "");
      keys.put("admin_token", ADMIN_TOKEN);
    }
    if (plan.relayed().contains(role)) {
      HostAndPort bus = new HostAndPort("127.0.0.1", FreePorts.next());
      TcpRelay relay = closing(TcpRelay.to(bus));
      busRelays.put(address, relay);
      keys.put("bus_port", Integer.toString(bus.port()));
      keys.put("advertised_bus_port", Integer.toString(relay.address().port()));
    }
    keys.putAll(plan.keys(role));
    MemberSettings settings = MemberSettings.of(role, address, adminAddress, keys);
    return closing(
        plan.children().contains(role)
            ? new ChildMember(role, settings, plan.jvmFlags())
            : new LocalMember(role, settings));
  }

  private HostAndPort relayTo(HostAndPort server) {
    TcpRelay relay = closing(TcpRelay.to(server));
    serverRelays.put(relay.address(), relay);
    return relay.address();
  }

  private String storeAddressFor(Role role, HostAndPort member) {
    if (!plan.relayed().contains(role)) {
      return storeAddress.toString();
    }
    TcpRelay relay = closing(TcpRelay.to(storeAddress));
    relays.put(member, relay);
    return relay.address().toString();
  }

  /** The way of a member to the store, if its role is relayed. */
  public TcpRelay relayOf(ClusterMember member) {
    return Objects.requireNonNull(relays.get(member.address()));
  }

  /** The way of everybody else to a member on the bus, if its role is relayed. */
  public TcpRelay busRelayOf(ClusterMember member) {
    return Objects.requireNonNull(busRelays.get(member.address()));
  }

  /** The ways of all relayed members to the store. */
  public List<TcpRelay> relays() {
    return List.copyOf(relays.values());
  }

  /** Returns once every proxy serves every slot. */
  public void awaitServing() {
    for (ClusterMember proxy : members(Role.PROXY)) {
      awaitServing(proxy.address());
    }
  }

  /** Returns once the proxy at this address serves every slot. */
  public void awaitServing(HostAndPort proxy) {
    List<String[]> reads = new ArrayList<>();
    for (int slotId = 0; slotId < Topology.SLOT_COUNT; slotId++) {
      reads.add(new String[] {"EXISTS", SlotOracle.keyIn(slotId, "ready")});
    }
    String sessionPassword = plan.keys(Role.PROXY).getOrDefault("session_auth", "");
    Object[] last = {"no answer"};
    Poll.until(
        READY_TIMEOUT,
        () -> "proxy " + proxy + " serves all slots, last " + last[0] + outputOfChildren(),
        () -> {
          try (RespClient client = RespClient.connect(proxy, Duration.ofSeconds(5))) {
            if (!sessionPassword.isEmpty()) {
              client.expect("AUTH", sessionPassword);
            }
            List<Object> errors =
                client.pipeline(reads).stream()
                    .filter(RespError.class::isInstance)
                    .map(Objects::requireNonNull)
                    .toList();
            if (errors.isEmpty()) {
              return true;
            }
            last[0] = errors.size() + " errors, first " + errors.getFirst();
          } catch (UncheckedIOException notYet) {
            last[0] = notYet;
          }
          Poll.pass(Duration.ofMillis(50));
          return false;
        });
  }

  private String outputOfChildren() {
    StringBuilder text = new StringBuilder();
    members.values().stream()
        .flatMap(List::stream)
        .filter(ChildMember.class::isInstance)
        .forEach(m -> text.append('\n').append(m.role()).append('\n').append(output(m)));
    return text.toString();
  }

  private static String output(ClusterMember member) {
    return ((ChildMember) member).output();
  }

  /** The store, if this cluster has started it. */
  public ZooKeeperServer zooKeeper() {
    return Objects.requireNonNull(zooKeeper, "the store is not ours");
  }

  /** What the store says; needs no topom. */
  public TopologyStore store() {
    return observer.store();
  }

  public Topology topology() {
    return store().load();
  }

  public AdminClient admin() {
    return admin;
  }

  /** Empty for none. */
  public String serverPassword() {
    return plan.password();
  }

  public String adminToken() {
    return ADMIN_TOKEN;
  }

  public List<ClusterMember> members(Role role) {
    return members.getOrDefault(role, List.of());
  }

  public ClusterMember proxy(int index) {
    return members(Role.PROXY).get(index);
  }

  public List<HostAndPort> proxies() {
    return members(Role.PROXY).stream().map(ClusterMember::address).toList();
  }

  /** A server by group (from 1) and place in the group at the start (0 was the primary). */
  public RedisProcess server(int groupId, int place) {
    return groups.get(groupId - 1).get(place);
  }

  /** The server that the topology knows by this address. */
  public RedisProcess server(HostAndPort address) {
    for (int g = 0; g < groups.size(); g++) {
      int place = addresses.get(g).indexOf(address);
      if (place >= 0) {
        return groups.get(g).get(place);
      }
    }
    throw new IllegalArgumentException("no server at " + address);
  }

  /** The way of everybody to a server, by its address in the topology; if servers are relayed. */
  public TcpRelay relayOfServer(HostAndPort address) {
    return Objects.requireNonNull(serverRelays.get(address));
  }

  /** The declared primaries at present. */
  public List<HostAndPort> primaries() {
    Topology topology = topology();
    return topology.groups().keySet().stream()
        .map(groupId -> topology.primaryOf(groupId).orElseThrow())
        .toList();
  }

  /** The member of topom that leads. */
  public ClusterMember leader() {
    Poll.until(READY_TIMEOUT, "a topom leads", () -> store().leader().isPresent());
    HostAndPort address = store().leader().orElseThrow().leader().serviceAddress();
    return members(Role.TOPOM).stream()
        .filter(m -> m.address().equals(address))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the leader is " + address));
  }

  /** Moves slots to a group and returns once none of them is on its way. */
  public void migrateAndAwait(int first, int last, int groupId, Duration timeout) {
    admin.migrate(first, last, groupId);
    awaitIdle(timeout);
  }

  /** Returns once no slot has an action. */
  public void awaitIdle(Duration timeout) {
    Poll.until(
        timeout,
        () -> unfinished().size() + " actions are not finished: " + firstOf(unfinished()),
        () -> {
          if (unfinished().isEmpty()) {
            return true;
          }
          Poll.pass(Duration.ofMillis(20));
          return false;
        });
  }

  private List<SlotMapping> unfinished() {
    return topology().slots().stream().filter(slot -> !slot.isIdle()).toList();
  }

  private static String firstOf(List<SlotMapping> slots) {
    return slots.isEmpty() ? "none" : slots.getFirst().toString();
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        // One part that does not end must not keep the others running.
        e.printStackTrace();
      }
    }
  }
}
