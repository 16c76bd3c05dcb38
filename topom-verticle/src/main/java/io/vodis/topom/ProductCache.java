package io.vodis.topom;

import io.vodis.lifecycle.Periodic;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the store said last of the product: for those who only look. It is as old as the last answer
 * of the store, so that looking works while the store does not.
 */
final class ProductCache implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProductCache.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** One reading of the store. */
  record Reading(
      Topology topology,
      Optional<Leadership> leader,
      List<Member> liveMembers,
      List<Member> listedProxies) {}

  private final TopologyStore store;
  private final Periodic loop;
  private volatile Reading reading;
  private volatile @Nullable String problem;

  private ProductCache(TopologyStore store) {
    this.store = store;
    this.reading = read(store);
    this.loop = Periodic.start("topom-cache", PERIOD, this::refresh);
  }

  static ProductCache start(TopologyStore store) {
    return new ProductCache(store);
  }

  Reading reading() {
    return reading;
  }

  /** Why the store could not be read the last time. */
  Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** Reads again soon. */
  void wake() {
    loop.wake();
  }

  /** Reads again now; what the store does not answer is left as it was. */
  void refresh() {
    try {
      reading = read(store);
      problem = null;
    } catch (StoreException e) {
      problem = e.getMessage();
      LOGGER.debug("the store cannot be read: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    loop.close();
  }

  private static Reading read(TopologyStore store) {
    List<Member> live = new ArrayList<>();
    for (Role role : Role.values()) {
      live.addAll(store.liveMembers(role));
    }
    return new Reading(
        store.load(), store.leader(), List.copyOf(live), store.listedMembers(Role.PROXY));
  }
}
