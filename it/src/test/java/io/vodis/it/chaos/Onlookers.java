package io.vodis.it.chaos;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.SlotOracle;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Clients that write to all slots through all proxies, one request at a time on each connection,
 * and note how long each waited and what went wrong.
 */
final class Onlookers implements AutoCloseable {

  /** What takes longer has been held up. */
  static final Duration LATE = Duration.ofSeconds(1);

  private static final int CONNECTIONS_EACH = 6;
  private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(2);

  /**
   * What clients have seen since the last {@link #take}.
   *
   * @param lastNanos when the last request ended that failed or was late; 0 for none
   */
  record Seen(
      long requests, long failed, Duration worst, long lastNanos, Map<String, Long> errors) {}

  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Long> errors = new TreeMap<>();
  private volatile boolean stopping;
  private long requests;
  private long failed;
  private long worstNanos;
  private long lastNanos;

  Onlookers(List<HostAndPort> proxies) {
    for (HostAndPort proxy : proxies) {
      for (int i = 0; i < CONNECTIONS_EACH; i++) {
        Random random = new Random(i);
        threads.add(Thread.ofPlatform().daemon().start(() -> run(proxy, random)));
      }
    }
  }

  private void run(HostAndPort proxy, Random random) {
    RespClient client = null;
    while (!stopping) {
      client = write(proxy, client, random.nextInt(1024));
      Poll.pass(PAUSE);
    }
    if (client != null) {
      client.close();
    }
  }

  private @Nullable RespClient write(HostAndPort proxy, @Nullable RespClient open, int slotId) {
    long start = System.nanoTime();
    RespClient client = open;
    String error = "";
    try {
      client = client == null ? RespClient.connect(proxy, REPLY_TIMEOUT) : client;
      if (client.call("SET", SlotOracle.keyIn(slotId, "seen"), "x") instanceof RespError refused) {
        error = refused.message().replaceAll("\\d+", "#");
      }
    } catch (UncheckedIOException lost) {
      error = "connection refused or lost";
      if (client != null) {
        client.close();
        client = null;
      }
    }
    note(System.nanoTime() - start, error);
    return client;
  }

  private synchronized void note(long tookNanos, String error) {
    requests++;
    worstNanos = Math.max(worstNanos, tookNanos);
    if (!error.isEmpty()) {
      failed++;
      errors.merge(error, 1L, Long::sum);
    }
    if (!error.isEmpty() || tookNanos > LATE.toNanos()) {
      lastNanos = System.nanoTime();
    }
  }

  /** Whether nothing has gone wrong for so long. */
  synchronized boolean quietFor(Duration length) {
    return lastNanos == 0 || System.nanoTime() - lastNanos > length.toNanos();
  }

  synchronized Seen take() {
    Seen seen =
        new Seen(requests, failed, Duration.ofNanos(worstNanos), lastNanos, new TreeMap<>(errors));
    requests = 0;
    failed = 0;
    worstNanos = 0;
    lastNanos = 0;
    errors.clear();
    return seen;
  }

  @Override
  public void close() {
    stopping = true;
    for (Thread thread : threads) {
      try {
        thread.join(REPLY_TIMEOUT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
