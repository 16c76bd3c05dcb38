package io.vodis.bench.load;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Clients that each read or write one of the existing keys, wait for the reply, and go on. The
 * longest wait is therefore seen by every client that was in it.
 */
final class ClosedLoopLoad implements AutoCloseable {

  /** What the clients felt in some stretch of time. */
  record Figures(
      double requestsPerSecond,
      double p50Millis,
      double p99Millis,
      double worstMillis,
      long errors) {

    @Override
    public String toString() {
      return "%.0f requests/s, p50 %.2f ms, p99 %.2f ms, worst %.1f ms, %d errors"
          .formatted(requestsPerSecond, p50Millis, p99Millis, worstMillis, errors);
    }
  }

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
    Latencies all = new Latencies();
    long errors = 0;
    for (Client client : clients) {
      synchronized (client) {
        all.addAll(client.latencies);
        errors += client.errors;
        client.latencies = new Latencies();
        client.errors = 0;
      }
    }
    double seconds = (now - markNanos) / 1e9;
    markNanos = now;
    return new Figures(
        all.count() / seconds,
        millis(all.percentile(0.5)),
        millis(all.percentile(0.99)),
        millis(all.worst()),
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
    private Latencies latencies = new Latencies();
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
          record(System.nanoTime() - start, reply instanceof RespError);
        }
      }
    }

    private synchronized void record(long nanos, boolean failed) {
      latencies.add(nanos);
      if (failed) {
        errors++;
      }
    }
  }
}
