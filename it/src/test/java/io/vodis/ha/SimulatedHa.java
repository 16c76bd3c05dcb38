package io.vodis.ha;

import io.vodis.bus.BusReply.Opinion;
import io.vodis.ha.act.Ballot;
import io.vodis.ha.act.FailoverCaller;
import io.vodis.ha.act.Peers;
import io.vodis.ha.act.Topom;
import io.vodis.ha.judge.FailoverPolicy;
import io.vodis.ha.probe.Prober;
import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.store.Registration;
import io.vodis.store.TopologyStore;
import java.time.Duration;

/** An ha member of the product, in the hands of a simulation. */
public final class SimulatedHa {

  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration DOWN_AFTER = Duration.ofSeconds(3);
  private static final int FREEZE_PERCENT = 50;

  private final StoreView view;
  private final HealthWatch watch;
  private final String incarnation;

  /**
   * Reads the topology; does not watch yet.
   *
   * @param peers the other members
   */
  public SimulatedHa(
      TopologyStore store,
      Registration registration,
      Duration sessionTimeout,
      RedisAdmin admin,
      Peers peers,
      Topom topom,
      Clock clock) {
    incarnation = registration.member().incarnation();
    view = new StoreView(store, registration, clock, sessionTimeout);
    watch =
        new HealthWatch(
            new FailoverPolicy(true, DOWN_AFTER, PROBE_INTERVAL, 0, FREEZE_PERCENT),
            new HealthWatch.Rim(
                new Prober(admin, clock, PROBE_TIMEOUT),
                view,
                new Ballot(incarnation, peers),
                new FailoverCaller(topom),
                clock));
  }

  public void start() {
    view.start();
    watch.start();
  }

  /** What it answers to the others. */
  public Opinion opinion(HostAndPort server) {
    return watch.opinion(incarnation, server);
  }
}
