package io.vodis.it.simulation;

import io.vodis.lifecycle.Threads;
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
import io.vodis.store.TopologyStore;
import io.vodis.store.Witnesses;
import io.vodis.testsupport.InMemoryTopologyStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store as a process reaches it: over the network, with calls that are held up, that are
 * executed and not answered, and with a session that the store ends when it has not heard of the
 * process for too long.
 */
final class SimStore implements TopologyStore {

  static final String PLACE = "store";
  static final Duration SESSION = Duration.ofSeconds(6);

  /** What a member that answers is lent. */
  static final Duration LEASE = SESSION.multipliedBy(2).dividedBy(3);

  private static final Duration CALL_MAX = Duration.ofSeconds(3);
  private static final long HEARTBEAT = 500 * Simulation.MILLI;

  private final World world;
  private final SimProcess process;
  private final InMemoryTopologyStore inner;
  private @Nullable Registration registration;
  private long heardNanos;
  private boolean expired;

  SimStore(World world, SimProcess process) {
    this.world = world;
    this.process = process;
    this.inner = world.store.client(world.simulation.clock);
    this.heardNanos = world.simulation.now();
    world.simulation.every(HEARTBEAT, this::beat);
  }

  /** The last that was made. */
  Registration registration() {
    return Objects.requireNonNull(registration);
  }

  /** The client's sign of life, and the store's look at the session. */
  private boolean beat() {
    long now = world.simulation.now();
    if (process.runs() && reaches()) {
      if (expired) {
        expired = false;
        inner.reconnect();
      }
      heardNanos = now;
    }
    long patience =
        world.broken(Rule.PASSED_OVER_AFTER_THE_SESSION) ? HEARTBEAT : SESSION.toNanos();
    if (!expired && now - heardNanos > patience) {
      expired = true;
      world.simulation.log(process.name() + ": session expired");
      inner.expireSession();
      if (process.isKilled()) {
        inner.disconnect();
        return false;
      }
    }
    return true;
  }

  private boolean reaches() {
    return !world.storeDown && world.network.reaches(process.name(), PLACE);
  }

  private <T> T call(Supplier<T> action) {
    travel();
    T result;
    try {
      result = action.get();
    } catch (StoreException e) {
      travel();
      throw e;
    }
    travel();
    return result;
  }

  private void travel() {
    Threads threads = Threads.current();
    threads.sleep(Duration.ofNanos(world.network.latency()));
    if (!reaches()) {
      threads.sleep(CALL_MAX);
      throw new StoreException(
          StoreException.Reason.UNAVAILABLE, "no answer from the store to " + process.name());
    }
  }

  private void run(Runnable action) {
    var unused =
        call(
            () -> {
              action.run();
              return true;
            });
  }

  @Override
  public Topology load() {
    return call(inner::load);
  }

  @Override
  public Topology commit(Leadership leadership, Topology base, List<StoreChange> changes) {
    Topology committed =
        call(
            () -> {
              if (world.broken(Rule.COMMITS_CHECK_TERM_AND_EPOCH)) {
                Topology next = StoreChanges.apply(base, changes);
                world.store.put(next);
                return next;
              }
              Topology next = inner.commit(leadership, base, changes);
              world.onCommit(next, changes, leadership.term());
              return next;
            });
    return committed;
  }

  @Override
  public List<AuditEntry> audit(long before, int limit) {
    return call(() -> inner.audit(before, limit));
  }

  @Override
  public void trimAudit(int keep) {
    run(() -> inner.trimAudit(keep));
  }

  @Override
  public Optional<Leadership> tryLead(Member self) {
    return call(
        () -> {
          Optional<Leadership> lead = inner.tryLead(self);
          lead.ifPresent(l -> world.simulation.log(process.name() + " leads, term " + l.term()));
          return lead;
        });
  }

  @Override
  public void resign(Leadership leadership) {
    run(() -> inner.resign(leadership));
  }

  @Override
  public Optional<Leadership> leader() {
    return call(inner::leader);
  }

  @Override
  public Registration register(Member self) {
    long sentNanos = world.simulation.now();
    SimRegistration registered = new SimRegistration(call(() -> inner.register(self)), sentNanos);
    registration = registered;
    return registered;
  }

  @Override
  public List<Member> liveMembers(Role role) {
    return call(() -> inner.liveMembers(role));
  }

  @Override
  public List<Member> listedMembers(Role role) {
    return call(() -> inner.listedMembers(role));
  }

  @Override
  public void forget(Role role, String token) {
    run(() -> inner.forget(role, token));
  }

  @Override
  public List<Witnesses> witnesses() {
    return call(inner::witnesses);
  }

  @Override
  public boolean passOver(Leadership leadership, Witnesses named) {
    return call(() -> inner.passOver(leadership, named));
  }

  @Override
  public AutoCloseable watch(Runnable onChange) {
    return inner.watch(onChange);
  }

  @Override
  public void close() {
    inner.close();
  }

  /** A lease counts from when the renewal left here, and the renewal proves the session alive. */
  private final class SimRegistration implements Registration {

    private final Registration registration;
    private long answeredNanos;

    SimRegistration(Registration registration, long sentNanos) {
      this.registration = registration;
      this.answeredNanos = sentNanos;
    }

    @Override
    public Member member() {
      return registration.member();
    }

    @Override
    public LeaseGrant renewLease() {
      long sentNanos = world.simulation.now();
      LeaseGrant granted =
          call(
              () -> {
                LeaseGrant grant = registration.renewLease();
                // What was made in a new session lives and ends with that one.
                expired = false;
                heardNanos = world.simulation.now();
                return new LeaseGrant(sentNanos, grant.length(), grant.registeredEpoch());
              });
      answeredNanos = Math.max(answeredNanos, sentNanos);
      return granted;
    }

    @Override
    public long answeredNanos() {
      return answeredNanos;
    }

    @Override
    public void nameWitnesses(List<Member> witnesses) {
      run(() -> registration.nameWitnesses(witnesses));
    }

    @Override
    public Optional<Witnesses> witnesses() {
      return registration.witnesses();
    }

    @Override
    public long registeredEpoch() {
      return registration.registeredEpoch();
    }

    @Override
    public void close() {
      run(registration::close);
    }
  }
}
