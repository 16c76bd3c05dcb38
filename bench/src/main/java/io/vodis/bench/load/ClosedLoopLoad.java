package io.vodis.bench.load;

import io.vodis.model.HostAndPort;
import io.vodis.model.Topology;
import io.vodis.slot.SlotHash;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.Latencies;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Clients that each read or write one of the existing keys, wait for the reply, and go on. The
 * longest wait is therefore seen by every client that was in it.
 */
final class ClosedLoopLoad implements AutoCloseable {

  /**
   * What the clients felt in some stretch of time.
   *
   * @param p99MovingMillis of requests for slots of the lower half, the one that is moved
   * @param p99OtherMillis of all other requests
   */
  record Figures(
      double requestsPerSecond,
      double p50Millis,
      double p99Millis,
      double worstMillis,
      double p99MovingMillis,
      double p99OtherMillis,
      long errors) {

    @Override
    public String toString() {
      return ("%.0f requests/s, p50 %.2f ms, p99 %.2f ms (slots that move %.2f, others %.2f),"
              + " worst %.1f ms, %d errors")
          .formatted(
              requestsPerSecond,
              p50Millis,
              p99Millis,
              p99MovingMillis,
              p99OtherMillis,
              worstMillis,
              errors);
    }
  }

  /** Slots below this one are moved. */
  static final int MOVING_SLOTS = Topology.SLOT_COUNT / 2;

  private final List<Client> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private long markNanos = System.nanoTime();
  private volatile boolean stopping;

  private ClosedLoopLoad(HostAndPort address, int count, int keys) {
    for (int i = 0; i < count; i++) {
      Client client = new Client(address, keys, i);
      clients.add(client);
      threads.add(Thread.ofPlatform().daemon().start(client));
    }
  }

  static ClosedLoopLoad start(HostAndPort address, int count, int keys) {
    return new ClosedLoopLoad(address, count, keys);
  }

  static String key(int number) {
    return "key:" + number;
  }

  /** Figures since the last mark. */
  Figures mark() {
    long now = System.nanoTime();
    Latencies moving = new Latencies();
    Latencies other = new Latencies();
    long errors = 0;
    for (Client client : clients) {
      synchronized (client) {
        moving.addAll(client.moving);
        other.addAll(client.other);
        errors += client.errors;
        client.moving = new Latencies();
        client.other = new Latencies();
        client.errors = 0;
      }
    }
    Latencies all = new Latencies();
    all.addAll(moving);
    all.addAll(other);
    double seconds = (now - markNanos) / 1e9;
    markNanos = now;
    return new Figures(
        all.count() / seconds,
        millis(all.percentile(0.5)),
        millis(all.percentile(0.99)),
        millis(all.worst()),
        millis(moving.percentile(0.99)),
        millis(other.percentile(0.99)),
        errors);
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }

  @Override
  public void close() {
    stopping = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final class Client implements Runnable {

    private final HostAndPort address;
    private final int keys;
    private final Random random;
    private final String value = "w".repeat(100);
    private Latencies moving = new Latencies();
    private Latencies other = new Latencies();
    private long errors;

    Client(HostAndPort address, int keys, int number) {
      this.address = address;
      this.keys = keys;
      random = new Random(number);
    }

    @Override
    public void run() {
      try (RespClient client = RespClient.connect(address, Duration.ofSeconds(30))) {
        while (!stopping) {
          String key = key(random.nextInt(keys));
          long start = System.nanoTime();
          Object reply =
              random.nextBoolean() ? client.call("GET", key) : client.call("SET", key, value);
          long nanos = System.nanoTime() - start;
          record(nanos, SlotHash.slotOf(bytes(key)) < MOVING_SLOTS, reply instanceof RespError);
        }
      }
    }

    private static byte[] bytes(String key) {
      return key.getBytes(StandardCharsets.US_ASCII);
    }

    private synchronized void record(long nanos, boolean ofMoving, boolean failed) {
      (ofMoving ? moving : other).add(nanos);
      if (failed) {
        errors++;
      }
    }
  }
}
