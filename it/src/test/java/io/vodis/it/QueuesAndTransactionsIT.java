package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.Topology;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients that wait for elements and clients with transactions, while all slots move to and fro: no
 * element is lost or taken twice, and two counters that are only changed together stay equal.
 */
class QueuesAndTransactionsIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(QueuesAndTransactionsIT.class);
  private static final int HALF = Topology.SLOT_COUNT / 2;
  private static final int ROUND_TRIPS = Integer.getInteger("vodis.it.round_trips", 2);
  private static final Duration MOVE_TIMEOUT = Duration.ofSeconds(120);
  private static final int QUEUES = 8;
  private static final int COUNTERS = 8;

  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Queue<String> taken = new ConcurrentLinkedQueue<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();

  @Test
  void nothingIsLostOrTakenTwiceWhileSlotsMove() throws Exception {
    try (VodisCluster cluster = VodisCluster.start(ClusterPlan.small());
        ExecutorService workers = Executors.newCachedThreadPool()) {
      // Given
      HostAndPort proxy = cluster.proxies().getFirst();
      List<Future<Integer>> pushed = new ArrayList<>();
      List<Future<Integer>> committed = new ArrayList<>();
      List<Future<?>> others = new ArrayList<>();
      for (int i = 0; i < QUEUES; i++) {
        String queue = "queue" + i;
        pushed.add(workers.submit(closing(proxy, client -> push(client, queue))));
        others.add(workers.submit(closing(proxy, client -> pop(client, "BLPOP", queue))));
        others.add(workers.submit(closing(proxy, client -> pop(client, "BRPOP", queue))));
        others.add(workers.submit(closing(proxy, client -> move(client, queue))));
      }
      for (int i = 0; i < COUNTERS; i++) {
        String tag = "{counter" + i + "}";
        for (int rival = 0; rival < 2; rival++) {
          committed.add(workers.submit(closing(proxy, client -> countBlindly(client, tag))));
          committed.add(workers.submit(closing(proxy, client -> countWatching(client, tag))));
        }
      }

      // When
      for (int i = 0; i < ROUND_TRIPS; i++) {
        exchange(cluster, 2, 1);
        exchange(cluster, 1, 2);
      }
      stopping.set(true);

      // Then
      int pushedTotal = sum(pushed);
      int committedTotal = sum(committed);
      for (Future<?> other : others) {
        other.get(30, TimeUnit.SECONDS);
      }
      LOGGER.info("{} elements, {} taken, {} commits", pushedTotal, taken.size(), committedTotal);
      assertThat(errors).isEmpty();
      assertThat(pushedTotal).isGreaterThan(1000);
      assertThat(committedTotal).isGreaterThan(1000);
      try (RespClient client = RespClient.connect(proxy)) {
        List<String> all = new ArrayList<>(taken);
        for (int i = 0; i < QUEUES; i++) {
          rest(client, "queue" + i).forEach(all::add);
          rest(client, "{queue" + i + "}done").forEach(all::add);
        }
        assertThat(all).hasSize(pushedTotal).doesNotHaveDuplicates();
        long sum = 0;
        for (int i = 0; i < COUNTERS; i++) {
          String tag = "{counter" + i + "}";
          long one = Long.parseLong(String.valueOf(client.expect("GET", tag + "a")));
          long other = Long.parseLong(String.valueOf(client.expect("GET", tag + "b")));
          assertThat(one).as(tag).isEqualTo(other);
          sum += one;
        }
        assertThat(sum).isEqualTo(committedTotal);
      }
    }
  }

  private static List<String> rest(RespClient client, String list) {
    List<String> values = new ArrayList<>();
    if (client.expect("LRANGE", list, "0", "-1") instanceof List<?> items) {
      items.forEach(item -> values.add(String.valueOf(item)));
    }
    return values;
  }

  private static int sum(List<Future<Integer>> counts) throws Exception {
    int sum = 0;
    for (Future<Integer> count : counts) {
      sum += count.get(30, TimeUnit.SECONDS);
    }
    return sum;
  }

  private interface Work {
    int with(RespClient client) throws Exception;
  }

  private Callable<Integer> closing(HostAndPort proxy, Work work) {
    return () -> {
      try (RespClient client = RespClient.connect(proxy, Duration.ofSeconds(30))) {
        return work.with(client);
      } catch (RuntimeException e) {
        errors.add(String.valueOf(e));
        return 0;
      }
    };
  }

  private @Nullable Object checked(@Nullable Object reply) {
    if (reply instanceof RespError error) {
      errors.add(error.message());
    }
    return reply;
  }

  private int push(RespClient client, String queue) {
    int count = 0;
    while (!stopping.get()) {
      checked(client.call("RPUSH", queue, queue + ":" + count));
      count++;
      // So that those who take have to wait now and then.
      Poll.pass(Duration.ofMillis(count % 20 == 0 ? 30 : 1));
    }
    return count;
  }

  private int pop(RespClient client, String command, String queue) {
    while (!stopping.get()) {
      if (checked(client.call(command, queue, "1")) instanceof List<?> element) {
        taken.add(String.valueOf(element.get(1)));
      }
    }
    return 0;
  }

  private int move(RespClient client, String queue) {
    while (!stopping.get()) {
      checked(client.call("BRPOPLPUSH", "{" + queue + "}todo", "{" + queue + "}done", "1"));
      checked(client.call("BRPOPLPUSH", queue, "{" + queue + "}done", "1"));
    }
    return 0;
  }

  private int countBlindly(RespClient client, String tag) {
    int count = 0;
    while (!stopping.get()) {
      List<@Nullable Object> replies =
          client.pipeline(
              List.of(
                  new String[] {"MULTI"},
                  new String[] {"INCR", tag + "a"},
                  new String[] {"INCR", tag + "b"},
                  new String[] {"EXEC"}));
      if (checked(replies.get(3)) instanceof List<?>) {
        count++;
      }
    }
    return count;
  }

  private int countWatching(RespClient client, String tag) {
    int count = 0;
    while (!stopping.get()) {
      checked(client.call("WATCH", tag + "a", tag + "b"));
      Object before = client.call("GET", tag + "a");
      String next = Long.toString(before == null ? 1 : Long.parseLong(String.valueOf(before)) + 1);
      checked(client.call("MULTI"));
      checked(client.call("SET", tag + "a", next));
      checked(client.call("SET", tag + "b", next));
      if (checked(client.call("EXEC")) instanceof List<?>) {
        count++;
      }
    }
    return count;
  }

  /** Every slot changes its group. */
  private static void exchange(VodisCluster cluster, int lowerTo, int upperTo) {
    cluster.admin().migrate(0, HALF - 1, lowerTo);
    cluster.admin().migrate(HALF, Topology.SLOT_COUNT - 1, upperTo);
    cluster.awaitIdle(MOVE_TIMEOUT);
  }
}
