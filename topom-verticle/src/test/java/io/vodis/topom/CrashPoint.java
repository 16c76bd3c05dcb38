package io.vodis.topom;

import io.vodis.model.AuditEntry;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisSession;
import io.vodis.redis.Reply;
import io.vodis.redis.ServerStatus;
import io.vodis.store.Leadership;
import io.vodis.store.Registration;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import io.vodis.store.Witnesses;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Counts the effects of a topom on store and servers, and lets it die at one of them: before the
 * effect, or after it with the answer lost. Nothing gets through afterwards.
 */
final class CrashPoint {

  private static final Set<String> EFFECTS = Set.of("MIGRATE", "CLIENT", "DEL", "UNLINK");

  private final int at;
  private final boolean after;
  private Runnable die = () -> {};
  private int effects;
  private boolean armed;
  private boolean dead;

  /**
   * A point that is not armed yet.
   *
   * @param at number of the effect, from 0
   * @param after whether the effect still happens
   */
  CrashPoint(int at, boolean after) {
    this.at = at;
    this.after = after;
  }

  /** Counts from now; {@code onDeath} is what else happens. */
  synchronized void arm(Runnable onDeath) {
    die = onDeath;
    armed = true;
  }

  synchronized boolean reached() {
    return dead;
  }

  private synchronized <T> T effect(Supplier<T> action, Supplier<? extends RuntimeException> lost) {
    requireAlive(lost);
    if (!armed || effects++ < at) {
      return action.get();
    }
    dead = true;
    try {
      if (after) {
        var unused = action.get();
      }
    } finally {
      die.run();
    }
    throw lost.get();
  }

  private synchronized void requireAlive(Supplier<? extends RuntimeException> lost) {
    if (dead) {
      throw lost.get();
    }
  }

  TopologyStore wrap(TopologyStore store) {
    return new Store(store);
  }

  RedisAdmin wrap(RedisAdmin admin) {
    return new Admin(admin);
  }

  private static StoreException storeLost() {
    return new StoreException(StoreException.Reason.UNAVAILABLE, "crashed");
  }

  /** Commits are effects; everything else only needs a living process. */
  private final class Store implements TopologyStore {

    private final TopologyStore store;

    Store(TopologyStore store) {
      this.store = store;
    }

    private <T> T alive(Supplier<T> action) {
      requireAlive(CrashPoint::storeLost);
      return action.get();
    }

    @Override
    public Topology load() {
      return alive(store::load);
    }

    @Override
    public Topology commit(Leadership leadership, Topology base, List<StoreChange> changes) {
      return effect(() -> store.commit(leadership, base, changes), CrashPoint::storeLost);
    }

    @Override
    public List<AuditEntry> audit(long before, int limit) {
      return alive(() -> store.audit(before, limit));
    }

    @Override
    public void trimAudit(int keep) {
      requireAlive(CrashPoint::storeLost);
      store.trimAudit(keep);
    }

    @Override
    public Optional<Leadership> tryLead(Member self) {
      return alive(() -> store.tryLead(self));
    }

    @Override
    public void resign(Leadership leadership) {
      requireAlive(CrashPoint::storeLost);
      store.resign(leadership);
    }

    @Override
    public Optional<Leadership> leader() {
      return alive(store::leader);
    }

    @Override
    public Registration register(Member self) {
      return alive(() -> store.register(self));
    }

    @Override
    public List<Member> liveMembers(Role role) {
      return alive(() -> store.liveMembers(role));
    }

    @Override
    public List<Member> listedMembers(Role role) {
      return alive(() -> store.listedMembers(role));
    }

    @Override
    public void forget(Role role, String token) {
      requireAlive(CrashPoint::storeLost);
      store.forget(role, token);
    }

    @Override
    public List<Witnesses> witnesses() {
      return alive(store::witnesses);
    }

    @Override
    public boolean passOver(Leadership leadership, Witnesses named) {
      return alive(() -> store.passOver(leadership, named));
    }

    @Override
    public AutoCloseable watch(Runnable onChange) {
      return store.watch(onChange);
    }

    @Override
    public void close() {
      store.close();
    }
  }

  /** What changes a server is an effect. */
  private final class Admin implements RedisAdmin {

    private final RedisAdmin admin;

    Admin(RedisAdmin admin) {
      this.admin = admin;
    }

    private RedisAdminException lost(HostAndPort server) {
      return new RedisAdminException(server, RedisAdminException.Kind.NO_ANSWER, "crashed", null);
    }

    @Override
    public void ping(HostAndPort server, Duration timeout) {
      requireAlive(() -> lost(server));
      admin.ping(server, timeout);
    }

    @Override
    public ServerStatus status(HostAndPort server, Duration timeout) {
      requireAlive(() -> lost(server));
      return admin.status(server, timeout);
    }

    @Override
    public void promote(HostAndPort server, Duration timeout) {
      effect(
          () -> {
            admin.promote(server, timeout);
            return server;
          },
          () -> lost(server));
    }

    @Override
    public void replicate(HostAndPort server, HostAndPort primary, Duration timeout) {
      effect(
          () -> {
            admin.replicate(server, primary, timeout);
            return server;
          },
          () -> lost(server));
    }

    @Override
    public Reply call(HostAndPort server, int database, Duration timeout, List<byte[]> command) {
      Supplier<Reply> action = () -> admin.call(server, database, timeout, command);
      String name = new String(command.getFirst(), StandardCharsets.US_ASCII);
      if (EFFECTS.contains(name)) {
        return effect(action, () -> lost(server));
      }
      requireAlive(() -> lost(server));
      return action.get();
    }

    @Override
    public List<Reply> callAll(
        HostAndPort server, int database, Duration timeout, List<List<byte[]>> commands) {
      requireAlive(() -> lost(server));
      return admin.callAll(server, database, timeout, commands);
    }

    @Override
    public int killClients(HostAndPort server, String namePrefix, Duration timeout) {
      requireAlive(() -> lost(server));
      return admin.killClients(server, namePrefix, timeout);
    }

    @Override
    public RedisSession open(HostAndPort server, int database, Duration timeout) {
      requireAlive(() -> lost(server));
      return new Session(server, admin.open(server, database, timeout));
    }

    @Override
    public void close() {
      admin.close();
    }
  }

  /** Every batch, and whatever is not a look, is an effect. */
  private final class Session implements RedisSession {

    private final HostAndPort server;
    private final RedisSession session;

    Session(HostAndPort server, RedisSession session) {
      this.server = server;
      this.session = session;
    }

    private RedisAdminException lost() {
      return new RedisAdminException(server, RedisAdminException.Kind.NO_ANSWER, "crashed", null);
    }

    @Override
    public Reply call(Duration timeout, List<byte[]> command) {
      return effect(() -> session.call(timeout, command), this::lost);
    }

    @Override
    public List<Reply> callAll(Duration timeout, List<List<byte[]>> commands) {
      return effect(() -> session.callAll(timeout, commands), this::lost);
    }

    @Override
    public List<Answer> callEach(Duration timeout, List<List<byte[]>> commands) {
      return effect(() -> session.callEach(timeout, commands), this::lost);
    }

    @Override
    public void set(Duration timeout, byte[] key, long length, LongFunction<byte[]> pieceAt) {
      var unused =
          effect(
              () -> {
                session.set(timeout, key, length, pieceAt);
                return server;
              },
              this::lost);
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
