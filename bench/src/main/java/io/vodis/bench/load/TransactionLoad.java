package io.vodis.bench.load;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.workload.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that send MULTI, ten SETs of one slot and EXEC at once, and wait for all replies. */
final class TransactionLoad {

  private static final int CLIENTS = 20;
  private static final int COMMANDS = 10;
  private static final int KEYS = 100_000;

  private TransactionLoad() {}

  /**
   * Runs that many transactions, {@code depth} of them in a pipeline.
   *
   * @throws IllegalStateException if a transaction is refused
   */
  static RedisBenchmark.Result run(HostAndPort address, int depth, long transactions) {
    List<Latencies> latencies = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    long rounds = Math.max(1, transactions / CLIENTS / depth);
    long start = System.nanoTime();
    for (int i = 0; i < CLIENTS; i++) {
      Latencies own = new Latencies();
      latencies.add(own);
      int first = i;
      Thread thread =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    String refusal = client(address, depth, rounds, first, own);
                    if (!refusal.isEmpty()) {
                      synchronized (refusals) {
                        refusals.add(refusal);
                      }
                    }
                  });
      threads.add(thread);
    }
    threads.forEach(TransactionLoad::join);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!refusals.isEmpty()) {
      throw new IllegalStateException(refusals.getFirst());
    }
    Latencies all = new Latencies();
    latencies.forEach(all::addAll);
    return new RedisBenchmark.Result(
        CLIENTS * rounds * depth / seconds,
        all.percentile(0.5).toNanos() / 1e6,
        all.percentile(0.99).toNanos() / 1e6);
  }

  /** Returns why it had to stop; empty if it did all. */
  private static String client(
      HostAndPort address, int depth, long rounds, int first, Latencies latencies) {
    String value = "v".repeat(64);
    try (RespClient client = RespClient.connect(address, Duration.ofSeconds(30))) {
      for (long round = 0; round < rounds; round++) {
        List<String[]> commands = new ArrayList<>(depth * (COMMANDS + 2));
        for (int i = 0; i < depth; i++) {
          long number = (first + (round * depth + i) * CLIENTS) % KEYS;
          commands.add(new String[] {"MULTI"});
          for (int k = 0; k < COMMANDS; k++) {
            commands.add(new String[] {"SET", "tx:{" + number + "}:" + k, value});
          }
          commands.add(new String[] {"EXEC"});
        }
        long start = System.nanoTime();
        List<Object> replies = client.pipeline(commands);
        latencies.add(System.nanoTime() - start);
        for (int i = COMMANDS + 1; i < replies.size(); i += COMMANDS + 2) {
          if (!(replies.get(i) instanceof List<?> results) || results.size() != COMMANDS) {
            return "a transaction was refused: " + replies.get(i);
          }
        }
      }
      return "";
    } catch (RuntimeException e) {
      return "a client failed: " + e;
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
