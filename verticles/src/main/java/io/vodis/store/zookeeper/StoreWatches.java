package io.vodis.store.zookeeper;

import io.vodis.lifecycle.Periodic;
import io.vodis.model.Role;
import io.vodis.store.StoreException;
import io.vodis.store.StorePaths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Persistent watches on the topology, the leader and the members, set anew on every session. They
 * feed the cache of rows and whoever wants to know of changes.
 *
 * <p>Not watched are the contents of ephemeral nodes, which change with every renewal of a lease.
 */
final class StoreWatches implements Watcher, AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(StoreWatches.class);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  /** A listener is called so often even if nothing was seen to change. */
  private static final Duration CALL_INTERVAL = Duration.ofSeconds(60);

  private final ZooKeeperConnection connection;
  private final StorePaths paths;
  private final RowChanges rows;
  private final Set<Periodic> listeners = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Periodic keeper;
  private volatile @Nullable ZooKeeper watched;

  StoreWatches(ZooKeeperConnection connection, StorePaths paths, RowChanges rows) {
    this.connection = connection;
    this.paths = paths;
    this.rows = rows;
    this.keeper = Periodic.start("store-watch-keeper", LOOK_INTERVAL, this::keepWatching);
  }

  /** The present session, with the watches set on it. */
  ZooKeeper watchedSession() {
    ZooKeeper session = connection.session();
    if (session == watched) {
      return session;
    }
    lock.lock();
    try {
      if (session != watched) {
        setWatches(session);
        rows.forgetAll();
        watched = session;
        wakeListeners();
      }
    } finally {
      lock.unlock();
    }
    return session;
  }

  AutoCloseable listen(Runnable onChange) {
    Periodic listener = Periodic.start("store-watch", CALL_INTERVAL, onChange);
    listeners.add(listener);
    return () -> {
      listeners.remove(listener);
      listener.close();
    };
  }

  /** Called by the client, in order with the answers to requests. */
  @Override
  public void process(WatchedEvent event) {
    String path = event.getPath();
    if (event.getType() == Event.EventType.None || path == null) {
      rows.forgetAll(); // events may have been missed while there was no connection
    } else if (paths.isRow(path)) {
      rows.onChange(path);
    }
    wakeListeners();
  }

  @Override
  public void close() {
    keeper.close();
    listeners.forEach(Periodic::close);
  }

  private void keepWatching() {
    try {
      if (connection.isConnected()) {
        watchedSession();
      }
    } catch (StoreException e) {
      LOGGER.debug("watches are not set yet", e);
    }
  }

  private void setWatches(ZooKeeper session) {
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    answers.add(Zk.watch(session, paths.slots(), this, AddWatchMode.PERSISTENT_RECURSIVE));
    answers.add(Zk.watch(session, paths.groups(), this, AddWatchMode.PERSISTENT_RECURSIVE));
    answers.add(Zk.watch(session, paths.control(), this, AddWatchMode.PERSISTENT));
    answers.add(Zk.watch(session, paths.epoch(), this, AddWatchMode.PERSISTENT));
    answers.add(Zk.watch(session, paths.leader(), this, AddWatchMode.PERSISTENT));
    for (Role role : Role.values()) {
      answers.add(Zk.watch(session, paths.live(role), this, AddWatchMode.PERSISTENT));
      answers.add(Zk.watch(session, paths.members(role), this, AddWatchMode.PERSISTENT));
    }
    answers.forEach(connection::answerOf);
  }

  private void wakeListeners() {
    listeners.forEach(Periodic::wake);
  }
}
