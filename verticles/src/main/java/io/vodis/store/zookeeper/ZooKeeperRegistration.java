package io.vodis.store.zookeeper;

import io.vodis.lifecycle.Clock;
import io.vodis.model.Member;
import io.vodis.store.LeaseGrant;
import io.vodis.store.MemberRows;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import io.vodis.store.StorePaths;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's ephemeral node and its lease. A renewal writes that node in the session that created
 * it, which proves this session, and no other, alive. In a new session the node is made anew: one
 * left by the old session would vanish with it.
 */
final class ZooKeeperRegistration implements Registration {

  private static final Logger LOGGER = LoggerFactory.getLogger(ZooKeeperRegistration.class);
  private static final int CREATE_ATTEMPTS_MAX = 5;

  private final ZooKeeperConnection connection;
  private final StoreLayout layout;
  private final ZooKeeperMembers members;
  private final ZooKeeperWitnesses witnesses;
  private final StorePaths paths;
  private final Member member;
  private final String livePath;
  private final ReentrantLock lock = new ReentrantLock();

  /** The session that owns the ephemeral node. */
  private @Nullable ZooKeeper owner;

  private volatile long registeredEpoch;
  private long round;

  /** Known to be in the store, written in the session that owns the ephemeral node. */
  private volatile @Nullable Witnesses named;

  private volatile long answeredNanos;
  private boolean closed;

  ZooKeeperRegistration(
      ZooKeeperConnection connection,
      StoreLayout layout,
      ZooKeeperMembers members,
      ZooKeeperWitnesses witnesses,
      StorePaths paths,
      Member member) {
    this.connection = connection;
    this.layout = layout;
    this.members = members;
    this.witnesses = witnesses;
    this.paths = paths;
    this.member = member;
    this.livePath = paths.live(member.role(), member.token(), member.incarnation());
  }

  @Override
  public Member member() {
    return member;
  }

  @Override
  public LeaseGrant renewLease() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the registration of " + member.token() + " is closed");
      }
      long sentNanos = Clock.SYSTEM.nanoTime();
      ZooKeeper session = connection.session();
      if (session != owner || !touch(session)) {
        owner = null;
        register(session);
      }
      answeredNanos = sentNanos;
      Duration sessionTimeout = Duration.ofMillis(session.getSessionTimeout());
      return new LeaseGrant(
          sentNanos, sessionTimeout.multipliedBy(2).dividedBy(3), registeredEpoch);
    } finally {
      lock.unlock();
    }
  }

  /** Writes the ephemeral node; false if somebody has taken it away. */
  private boolean touch(ZooKeeper session) {
    CompletableFuture<Stat> written = Zk.set(session, livePath, MemberRows.write(member), -1);
    CompletableFuture<Boolean> listed = members.isListed(session, member);
    try {
      connection.await(written);
    } catch (KeeperException.NoNodeException e) {
      return false;
    } catch (KeeperException e) {
      throw connection.unavailable(e);
    }
    if (!connection.answerOf(listed)) {
      members.list(session, member);
    }
    return true;
  }

  private void register(ZooKeeper session) {
    layout.ensure(session);
    members.list(session, member);
    for (int attempt = 0; !createLiveNode(session); attempt++) {
      if (attempt == CREATE_ATTEMPTS_MAX) {
        throw new StoreException(
            StoreException.Reason.UNAVAILABLE, livePath + " in the store keeps changing");
      }
    }
    // Whoever passes this member over takes its row away first and then looks again who is alive:
    // as long as the row is there, now that the live node is, every leader has waited for it.
    if (!witnesses.areThere(session, member)) {
      registeredEpoch =
          connection
              .answerOf(Zk.get(session, paths.epoch()))
              .map(node -> Numbers.read(paths.epoch(), node.content()))
              .orElse(0L);
    }
    named = null;
    owner = session;
    LOGGER.info(
        "{} {} is registered in the store at epoch {}",
        member.role().id(),
        member.incarnation(),
        registeredEpoch);
  }

  private boolean createLiveNode(ZooKeeper session) {
    CompletableFuture<Boolean> synced = Zk.sync(session, livePath);
    CompletableFuture<Optional<Zk.Node>> found = Zk.get(session, livePath);
    connection.answerOf(synced);
    Optional<Zk.Node> left = connection.answerOf(found);
    if (left.isPresent() && left.get().stat().getEphemeralOwner() == session.getSessionId()) {
      return true; // created by an attempt whose answer was lost
    }
    List<Op> ops = new ArrayList<>();
    left.ifPresent(node -> ops.add(Op.delete(livePath, node.stat().getVersion())));
    ops.add(Op.create(livePath, MemberRows.write(member), connection.acl(), CreateMode.EPHEMERAL));
    try {
      connection.await(Zk.multi(session, ops, results -> {}));
      return true;
    } catch (Zk.FailedMulti e) {
      return false; // the old session has expired at this moment
    } catch (KeeperException e) {
      throw connection.unavailable(e);
    }
  }

  @Override
  public long answeredNanos() {
    return answeredNanos;
  }

  @Override
  public void nameWitnesses(List<Member> others) {
    lock.lock();
    try {
      ZooKeeper session = owner;
      if (closed || session == null) {
        throw new StoreException(
            StoreException.Reason.UNAVAILABLE, member.token() + " is not registered now");
      }
      named = null;
      round++;
      Witnesses next = new Witnesses(member, round, others);
      witnesses.put(session, next);
      named = next;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Witnesses> witnesses() {
    return Optional.ofNullable(named);
  }

  @Override
  public long registeredEpoch() {
    return registeredEpoch;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      named = null;
      if (owner != null) {
        connection.answerOf(Zk.delete(owner, paths.witnesses(member.incarnation())));
        connection.answerOf(Zk.delete(owner, livePath));
      }
    } catch (StoreException e) {
      LOGGER.debug("{} stays until the session ends", livePath, e);
    } finally {
      lock.unlock();
    }
  }
}
