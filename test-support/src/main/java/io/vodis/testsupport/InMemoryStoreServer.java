package io.vodis.testsupport;

import io.vodis.lifecycle.Clock;
import io.vodis.model.AuditEntry;
import io.vodis.model.Member;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of one product share in memory. All of it is guarded by this object's monitor.
 */
public final class InMemoryStoreServer {

  final List<InMemoryTopologyStore> clients = new CopyOnWriteArrayList<>();
  final Map<String, Member> listed = new LinkedHashMap<>();

  /** Live members with the session that each lives in. */
  final Map<Member, Object> live = new LinkedHashMap<>();

  /** By incarnation. */
  final Map<String, Witnesses> witnesses = new LinkedHashMap<>();

  final Duration sessionTimeout = Duration.ofSeconds(6);

  /** By epoch. */
  final NavigableMap<Long, AuditEntry> audit = new TreeMap<>();

  Topology topology;
  long term;

  /** The {@code fence} is the session it lives in. */
  @Nullable Leadership leader;

  boolean running = true;

  public InMemoryStoreServer(String product) {
    topology = Topology.empty(product);
  }

  /** Another client, with a session of its own. */
  public InMemoryTopologyStore client() {
    return client(Clock.SYSTEM);
  }

  /** Another client, whose leases are counted on {@code clock}. */
  public InMemoryTopologyStore client(Clock clock) {
    InMemoryTopologyStore client = new InMemoryTopologyStore(this, clock);
    clients.add(client);
    return client;
  }

  /** Puts a topology in place as if it had been committed. */
  public synchronized void put(Topology next) {
    topology = next;
    notifyClients();
  }

  /** What is stored now. */
  public synchronized Topology topology() {
    return topology;
  }

  /** An outage: every call of every client fails; sessions stay alive. */
  public synchronized void stop() {
    running = false;
  }

  public synchronized void restart() {
    running = true;
    notifyClients();
  }

  void endSession(Object session) {
    live.values().removeIf(owner -> owner == session);
    if (leader != null && leader.fence() == session) {
      leader = null;
    }
    notifyClients();
  }

  void notifyClients() {
    new ArrayList<>(clients).forEach(InMemoryTopologyStore::wakeListeners);
  }
}
