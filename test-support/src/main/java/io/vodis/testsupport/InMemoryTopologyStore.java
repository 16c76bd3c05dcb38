package io.vodis.testsupport;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.AuditEntry;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.LeaseGrant;
import io.vodis.store.Registration;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreChanges;
import io.vodis.store.StoreException;
import io.vodis.store.StoreException.Reason;
import io.vodis.store.TopologyStore;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A store without a server, for tests: one client of an {@link InMemoryStoreServer}. It passes the
 * same contract as the real adapters; outages and expired sessions are made by hand.
 */
public final class InMemoryTopologyStore implements TopologyStore {

  private final InMemoryStoreServer server;
  private final Clock clock;
  private final Set<Periodic> listeners = ConcurrentHashMap.newKeySet();

  /** Stands for this client's session at the server; another object after an expiry. */
  private Object session = new Object();

  private boolean connected = true;
  private boolean closed;

  InMemoryTopologyStore(InMemoryStoreServer server, Clock clock) {
    this.server = server;
    this.clock = clock;
  }

  /** A store for a test that needs one client only. */
  public static InMemoryTopologyStore create(String product) {
    return new InMemoryStoreServer(product).client();
  }

  /** Ends the session at the server; the client has another one at once, if it is connected. */
  public void expireSession() {
    synchronized (server) {
      server.endSession(session);
      session = new Object();
    }
  }

  /** Cuts this client off, its session stays alive; every call fails until {@link #reconnect}. */
  public void disconnect() {
    synchronized (server) {
      connected = false;
    }
  }

  public void reconnect() {
    synchronized (server) {
      connected = true;
    }
    wakeListeners();
  }

  void wakeListeners() {
    listeners.forEach(Periodic::wake);
  }

  @Override
  public Topology load() {
    synchronized (server) {
      requireConnection();
      return server.topology;
    }
  }

  @Override
  public Topology commit(Leadership leadership, Topology base, List<StoreChange> changes) {
    synchronized (server) {
      requireConnection();
      if (server.leader == null || server.leader.term() != leadership.term()) {
        throw new StoreException(Reason.NOT_LEADER, "term " + leadership.term() + " is over");
      }
      if (base.epoch() != server.topology.epoch()) {
        throw new StoreException(
            Reason.STALE_EPOCH, "epoch is " + server.topology.epoch() + ", not " + base.epoch());
      }
      server.topology = StoreChanges.apply(server.topology, changes);
      long epoch = server.topology.epoch();
      for (StoreChange change : changes) {
        if (change instanceof StoreChange.AddAudit audit) {
          server.audit.put(epoch, audit.entry().in(epoch));
        }
      }
      server.notifyClients();
      return server.topology;
    }
  }

  @Override
  public List<AuditEntry> audit(long before, int limit) {
    synchronized (server) {
      requireConnection();
      return server.audit.headMap(before, false).descendingMap().values().stream()
          .limit(limit)
          .toList();
    }
  }

  @Override
  public void trimAudit(int keep) {
    synchronized (server) {
      requireConnection();
      while (server.audit.size() > keep) {
        server.audit.pollFirstEntry();
      }
    }
  }

  @Override
  public Optional<Leadership> tryLead(Member self) {
    synchronized (server) {
      requireConnection();
      if (server.leader != null
          && !server.leader.leader().incarnation().equals(self.incarnation())) {
        return Optional.empty();
      }
      server.term++;
      server.leader = new Leadership(self, server.term, session);
      server.notifyClients();
      return Optional.of(server.leader);
    }
  }

  @Override
  public void resign(Leadership leadership) {
    synchronized (server) {
      requireConnection();
      if (server.leader != null && server.leader.term() == leadership.term()) {
        server.leader = null;
        server.notifyClients();
      }
    }
  }

  @Override
  public Optional<Leadership> leader() {
    synchronized (server) {
      requireConnection();
      return Optional.ofNullable(server.leader);
    }
  }

  @Override
  public Registration register(Member self) {
    InMemoryRegistration registration = new InMemoryRegistration(self);
    registration.renewLease();
    return registration;
  }

  @Override
  public List<Member> liveMembers(Role role) {
    synchronized (server) {
      requireConnection();
      return server.live.keySet().stream().filter(m -> m.role() == role).toList();
    }
  }

  @Override
  public List<Member> listedMembers(Role role) {
    synchronized (server) {
      requireConnection();
      return server.listed.values().stream().filter(m -> m.role() == role).toList();
    }
  }

  @Override
  public void forget(Role role, String token) {
    synchronized (server) {
      requireConnection();
      server.listed.remove(role.id() + "/" + token);
      if (server.live.keySet().stream().noneMatch(m -> m.token().equals(token))) {
        server.witnesses.values().removeIf(named -> named.proxy().token().equals(token));
      }
      server.notifyClients();
    }
  }

  @Override
  public List<Witnesses> witnesses() {
    synchronized (server) {
      requireConnection();
      return List.copyOf(server.witnesses.values());
    }
  }

  @Override
  public boolean passOver(Leadership leadership, Witnesses named) {
    synchronized (server) {
      requireConnection();
      if (server.leader == null || server.leader.term() != leadership.term()) {
        throw new StoreException(Reason.NOT_LEADER, "term " + leadership.term() + " is over");
      }
      return server.witnesses.remove(named.proxy().incarnation(), named);
    }
  }

  @Override
  public AutoCloseable watch(Runnable onChange) {
    Periodic listener = Periodic.start("store-watch", Duration.ofMinutes(1), onChange);
    listeners.add(listener);
    return () -> {
      listeners.remove(listener);
      listener.close();
    };
  }

  @Override
  public void close() {
    synchronized (server) {
      closed = true;
      server.endSession(session);
      server.clients.remove(this);
    }
    listeners.forEach(Periodic::close);
  }

  private void requireConnection() {
    if (closed || !connected || !server.running) {
      throw new StoreException(Reason.UNAVAILABLE, "store in memory: connection lost");
    }
  }

  private final class InMemoryRegistration implements Registration {

    private final Member member;
    private Object registeredIn = new Object();
    private long registeredEpoch;
    private long answeredNanos;
    private long round;
    private @Nullable Witnesses named;

    InMemoryRegistration(Member member) {
      this.member = member;
    }

    @Override
    public Member member() {
      return member;
    }

    @Override
    public LeaseGrant renewLease() {
      synchronized (server) {
        long sentNanos = clock.nanoTime();
        requireConnection();
        if (server.listed.put(member.role().id() + "/" + member.token(), member) == null) {
          server.notifyClients();
        }
        if (registeredIn != session || !server.live.containsKey(member)) {
          server.live.put(member, session);
          registeredIn = session;
          if (!server.witnesses.containsKey(member.incarnation())) {
            registeredEpoch = server.topology.epoch();
          }
          named = null;
          server.notifyClients();
        }
        answeredNanos = sentNanos;
        Duration length = server.sessionTimeout.multipliedBy(2).dividedBy(3);
        return new LeaseGrant(sentNanos, length, registeredEpoch);
      }
    }

    @Override
    public long answeredNanos() {
      synchronized (server) {
        return answeredNanos;
      }
    }

    @Override
    public void nameWitnesses(List<Member> witnesses) {
      synchronized (server) {
        requireConnection();
        named = null;
        if (registeredIn != session || !server.live.containsKey(member)) {
          throw new StoreException(Reason.UNAVAILABLE, "not registered now");
        }
        round++;
        named = new Witnesses(member, round, witnesses);
        server.witnesses.put(member.incarnation(), named);
      }
    }

    @Override
    public Optional<Witnesses> witnesses() {
      synchronized (server) {
        return Optional.ofNullable(named);
      }
    }

    @Override
    public long registeredEpoch() {
      synchronized (server) {
        return registeredEpoch;
      }
    }

    @Override
    public void close() {
      synchronized (server) {
        if (named != null) {
          server.witnesses.remove(member.incarnation(), named);
          named = null;
        }
        if (server.live.remove(member, registeredIn)) {
          server.notifyClients();
        }
      }
    }
  }
}
