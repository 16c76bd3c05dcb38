package io.vodis.launcher.demo;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Topology;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomService;
import io.vodis.topom.TopomView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the topology of a demo about: its groups, and every slot in one of them. It goes on where
 * an earlier start was interrupted, and once slots are assigned it changes nothing any more.
 */
final class DemoTopology {

  private static final Logger LOGGER = LoggerFactory.getLogger(DemoTopology.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration POLL_PERIOD = Duration.ofMillis(20);

  private final TopomService topom;
  private final DemoSettings settings;

  DemoTopology(TopomService topom, DemoSettings settings) {
    this.topom = topom;
    this.settings = settings;
  }

  /**
   * Returns once topom leads and the topology is complete. On a busy machine a step may fail for
   * lack of an answer; the next attempt goes on from what has been committed.
   */
  void bringAbout() throws InterruptedException {
    awaitThat(
        "the topology to be set up",
        () -> {
          if (!topom.view().leading()) {
            return false;
          }
          addMissing(topom.view().topology());
          return true;
        });
  }

  private void addMissing(Topology topology) {
    if (topology.slots().stream().anyMatch(slot -> slot.groupId() != 0)) {
      return;
    }
    for (int groupId = 1; groupId <= settings.groups(); groupId++) {
      Optional<Group> group = topology.group(groupId);
      if (group.isEmpty()) {
        topom.createGroup(groupId);
      }
      List<Integer> ports = settings.portsOf(groupId);
      int present = group.map(Group::servers).map(List::size).orElse(0);
      for (int port : ports.subList(present, ports.size())) {
        topom.addServer(groupId, new HostAndPort("127.0.0.1", port), "");
      }
    }
    assignAll();
  }

  /** Equal ranges, in the order of the groups. */
  private void assignAll() {
    int groups = settings.groups();
    for (int groupId = 1; groupId <= groups; groupId++) {
      int first = Topology.SLOT_COUNT * (groupId - 1) / groups;
      int last = Topology.SLOT_COUNT * groupId / groups - 1;
      topom.assignSlots(first, last, groupId);
    }
  }

  /** Returns once every proxy serves the topology as it is now. */
  void awaitServed(int proxies) throws InterruptedException {
    awaitThat(
        "the proxies to serve",
        () -> {
          TopomView view = topom.view();
          return view.proxies().stream()
                  .filter(proxy -> proxy.alive() && proxy.epoch() >= view.topology().epoch())
                  .count()
              >= proxies;
        });
  }

  private static void awaitThat(String what, Condition condition) throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    String reason = "";
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (TopomException e) {
        LOGGER.info("trying again: {}", e.getMessage());
        reason = ": " + e.getMessage();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new DemoException("waited " + TIMEOUT.toSeconds() + " s for " + what + reason);
      }
      never.await(POLL_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Something to wait for. */
  private interface Condition {
    boolean holds();
  }
}
