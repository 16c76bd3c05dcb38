package io.vodis.it.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Who reaches whom, and how long it takes. Places are named; a cut holds in both directions. */
final class Network {

  private static final long RETRANSMIT = 100 * Simulation.MILLI;

  private final Simulation simulation;
  private final Set<String> cuts = new HashSet<>();

  /** How often something is slow, and how often a message on the bus is lost or sent twice. */
  double trouble;

  Network(Simulation simulation) {
    this.simulation = simulation;
  }

  private static String pair(String one, String other) {
    return one.compareTo(other) < 0 ? one + "|" + other : other + "|" + one;
  }

  void cut(String one, String other) {
    cuts.add(pair(one, other));
  }

  void heal(String one, String other) {
    cuts.remove(pair(one, other));
  }

  void healAll() {
    cuts.clear();
    trouble = 0;
  }

  boolean reaches(String one, String other) {
    return cuts.isEmpty() || !cuts.contains(pair(one, other));
  }

  /** How long the next message takes. */
  long latency() {
    double lot = simulation.random.nextDouble();
    if (lot < trouble * 0.05) {
      return simulation.between(100, 8000);
    }
    return lot < trouble ? simulation.between(1, 200) : simulation.between(0.05, 1);
  }

  /** Whether a message that may get lost does. */
  boolean loses() {
    return simulation.chance(trouble / 2);
  }

  /** One direction of a connection: nothing is lost or overtakes, but it may be held up. */
  final class Link {
    private final String from;
    private final String to;
    private final Deque<Runnable> underWay = new ArrayDeque<>();
    private long lastArrival;
    private boolean dropped;

    Link(String from, String to) {
      this.from = from;
      this.to = to;
    }

    void send(Runnable delivery) {
      underWay.addLast(delivery);
      lastArrival = Math.max(lastArrival + 1, simulation.now() + latency());
      simulation.after(lastArrival - simulation.now(), this::arrive);
    }

    private void arrive() {
      if (dropped) {
        return;
      }
      if (!reaches(from, to)) {
        simulation.after(RETRANSMIT, this::arrive);
        return;
      }
      underWay.removeFirst().run();
    }

    /** What is under way gets lost. */
    void drop() {
      dropped = true;
      underWay.clear();
    }
  }
}
