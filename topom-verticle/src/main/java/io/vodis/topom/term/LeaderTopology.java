package io.vodis.topom.term;

import io.vodis.lifecycle.Threads;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The newest committed topology in the leader's hands, and the only way to change it: decide from
 * the newest, commit, tell. One change at a time.
 *
 * <p>After a commit whose fate is unknown the store is read again before anything else is decided.
 */
public final class LeaderTopology {

  private static final int STALE_MAX = 3;

  private final TopologyStore store;
  private final Leadership leadership;
  private final Consumer<Topology> onCommit;
  private final Lock lock = Threads.current().newLock();
  private volatile Topology current;
  private volatile boolean uncertain;

  /** Begins with what is stored now; {@code onCommit} is told of every newer epoch, in order. */
  public LeaderTopology(TopologyStore store, Leadership leadership, Consumer<Topology> onCommit) {
    this.store = store;
    this.leadership = leadership;
    this.onCommit = onCommit;
    this.current = store.load();
  }

  public Topology current() {
    return current;
  }

  public long term() {
    return leadership.term();
  }

  /**
   * Commits what {@code decide} makes of the newest topology; nothing if it makes no change.
   *
   * @return the topology in which the change is contained
   * @throws StoreException as {@link TopologyStore#commit}
   */
  public Topology change(Function<Topology, List<StoreChange>> decide) {
    lock.lock();
    try {
      for (int stale = 0; ; stale++) {
        readAgainIfUncertain();
        List<StoreChange> changes = decide.apply(current);
        if (changes.isEmpty()) {
          return current;
        }
        try {
          advance(store.commit(leadership, current, changes));
          return current;
        } catch (StoreException e) {
          uncertain = true;
          if (e.reason() != StoreException.Reason.STALE_EPOCH || stale == STALE_MAX) {
            throw e;
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Reads the store if the last commit left a doubt; called regularly, so that no doubt lasts. */
  public void settle() {
    if (uncertain) {
      lock.lock();
      try {
        readAgainIfUncertain();
      } finally {
        lock.unlock();
      }
    }
  }

  private void readAgainIfUncertain() {
    if (uncertain) {
      Topology stored = store.load();
      uncertain = false;
      if (stored.epoch() > current.epoch()) {
        advance(stored);
      }
    }
  }

  private void advance(Topology next) {
    current = next;
    onCommit.accept(next);
  }
}
