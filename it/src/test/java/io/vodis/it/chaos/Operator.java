package io.vodis.it.chaos;

import io.vertx.core.json.JsonObject;
import io.vodis.it.VodisCluster;
import io.vodis.model.Topology;
import io.vodis.testsupport.Poll;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody who moves slots, changes his mind, and does not care what else is going on. What is
 * refused, or cannot be done because nobody leads, is counted.
 */
final class Operator implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Operator.class);
  private static final Duration RESUME_BOUND = Duration.ofSeconds(40);
  private static final int SLOTS_AT_ONCE_MAX = 80;
  private static final int PAUSE_MILLIS_MAX = 900;

  private final VodisCluster cluster;
  private final Random random;
  private final Map<String, Integer> done = new TreeMap<>();
  private final Thread thread;
  private final ReentrantLock busy = new ReentrantLock(true);
  private volatile boolean stopping;

  Operator(VodisCluster cluster, Random random) {
    this.cluster = cluster;
    this.random = random;
    this.thread = Thread.ofPlatform().daemon().name("operator").start(this::run);
  }

  private void run() {
    while (!stopping) {
      busy.lock();
      try {
        done.merge(doSomething(), 1, Integer::sum);
      } finally {
        busy.unlock();
      }
      Poll.pass(Duration.ofMillis(50 + random.nextInt(PAUSE_MILLIS_MAX)));
    }
  }

  private String doSomething() {
    int kind = random.nextInt(12);
    int first = random.nextInt(Topology.SLOT_COUNT);
    int last = Math.min(Topology.SLOT_COUNT - 1, first + random.nextInt(SLOTS_AT_ONCE_MAX));
    int groupId = 1 + random.nextInt(2);
    int parallel = 1 + random.nextInt(4);
    try {
      return switch (kind) {
        case 0 -> {
          cluster.admin().delete("/actions?started=true");
          yield "cancel of all";
        }
        case 1 -> {
          cluster.admin().delete("/actions/" + first);
          yield "cancel of one";
        }
        case 2 -> {
          cluster.admin().post("/actions/pause", new JsonObject());
          yield "pause";
        }
        case 3, 4 -> {
          resume();
          yield "resume";
        }
        case 5 -> {
          JsonObject plan = cluster.admin().get("/rebalance");
          cluster.admin().post("/rebalance", new JsonObject().put("epoch", plan.getLong("epoch")));
          yield "rebalance";
        }
        case 6 -> {
          cluster.admin().patch("/migration", new JsonObject().put("parallelSlots", 64 * parallel));
          yield "change of parallelism";
        }
        default -> {
          cluster.admin().migrate(first, last, groupId);
          yield "migrate";
        }
      };
    } catch (AssertionError refused) {
      LOGGER.debug("refused: {}", refused.getMessage());
      return "refused or not answered";
    }
  }

  private void resume() {
    cluster.admin().post("/actions/resume", new JsonObject());
  }

  /** Does something else while the operator waits; paused actions go on before. */
  void whileItRests(Runnable something) {
    busy.lock();
    try {
      Poll.until(RESUME_BOUND, "somebody leads and takes a resume", this::resumed);
      something.run();
    } finally {
      busy.unlock();
    }
  }

  private boolean resumed() {
    try {
      resume();
      return true;
    } catch (AssertionError nobody) {
      return false;
    }
  }

  /** What was done how often. */
  Map<String, Integer> done() {
    return done;
  }

  @Override
  public void close() {
    stopping = true;
    try {
      if (!thread.join(Duration.ofMinutes(2))) {
        throw new AssertionError("the operator waits for an answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
