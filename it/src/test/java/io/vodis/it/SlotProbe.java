package io.vodis.it;

import io.vodis.model.HostAndPort;
import io.vodis.model.Topology;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.workload.SlotOracle;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes to every slot in turn, each group of slots on connections of its own, and notes for each
 * slot when a write last failed and when one last succeeded.
 */
final class SlotProbe implements AutoCloseable {

  private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(10);

  private final HostAndPort proxy;
  private final List<Thread> threads = new ArrayList<>();
  private final long[] succeededNanos = new long[Topology.SLOT_COUNT];
  private final long[] failedNanos = new long[Topology.SLOT_COUNT];
  private final String[] lastError = new String[Topology.SLOT_COUNT];
  private final long[] worstNanos = new long[Topology.SLOT_COUNT];
  private volatile boolean stopping;

  /** Writes to the slots of a group of {@code slots} one at a time, so that waiting shows. */
  private SlotProbe(HostAndPort proxy, List<IntPredicate> parts) {
    this.proxy = proxy;
    for (IntPredicate part : parts) {
      threads.add(Thread.ofPlatform().daemon().start(() -> run(part)));
    }
  }

  /** Lower and upper half of the slots on a connection each. */
  static SlotProbe start(HostAndPort proxy) {
    int half = Topology.SLOT_COUNT / 2;
    return new SlotProbe(proxy, List.of(slotId -> slotId < half, slotId -> slotId >= half));
  }

  private void run(IntPredicate part) {
    RespClient client = null;
    while (!stopping) {
      for (int slotId = 0; slotId < Topology.SLOT_COUNT && !stopping; slotId++) {
        if (part.test(slotId)) {
          client = write(client, slotId);
        }
      }
    }
    if (client != null) {
      client.close();
    }
  }

  private @Nullable RespClient write(@Nullable RespClient open, int slotId) {
    long start = System.nanoTime();
    RespClient client = open;
    String error = null;
    try {
      client = client == null ? RespClient.connect(proxy, REPLY_TIMEOUT) : client;
      Object reply = client.call("SET", SlotOracle.keyIn(slotId, "probe"), "x");
      error = "OK".equals(reply) ? null : String.valueOf(reply);
    } catch (UncheckedIOException lost) {
      error = lost.getMessage();
      if (client != null) {
        client.close();
        client = null;
      }
    }
    note(slotId, start, error);
    return client;
  }

  private synchronized void note(int slotId, long startNanos, @Nullable String error) {
    long now = System.nanoTime();
    worstNanos[slotId] = Math.max(worstNanos[slotId], now - startNanos);
    if (error == null) {
      succeededNanos[slotId] = now;
    } else {
      failedNanos[slotId] = now;
      lastError[slotId] = error;
    }
  }

  /** Whether every slot has been written to since {@code nanos} and has not failed after that. */
  synchronized boolean allSucceededSince(long nanos) {
    for (int i = 0; i < Topology.SLOT_COUNT; i++) {
      if (succeededNanos[i] - nanos <= 0 || failedNanos[i] > succeededNanos[i]) {
        return false;
      }
    }
    return true;
  }

  /** How many of these slots have failed since {@code nanos}. */
  synchronized long failuresSince(long nanos, IntPredicate slots) {
    return Arrays.stream(slotIds())
        .filter(slots)
        .filter(i -> failedNanos[i] != 0 && failedNanos[i] - nanos > 0)
        .count();
  }

  /** The error texts of these slots, each once. */
  synchronized List<String> errors(IntPredicate slots) {
    return Arrays.stream(slotIds())
        .filter(slots)
        .mapToObj(i -> lastError[i])
        .filter(java.util.Objects::nonNull)
        .distinct()
        .toList();
  }

  /** The longest wait of a write to one of these slots, which is then forgotten. */
  synchronized Duration takeWorst(IntPredicate slots) {
    long worst = 0;
    for (int i = 0; i < Topology.SLOT_COUNT; i++) {
      if (slots.test(i)) {
        worst = Math.max(worst, worstNanos[i]);
        worstNanos[i] = 0;
      }
    }
    return Duration.ofNanos(worst);
  }

  private static int[] slotIds() {
    return java.util.stream.IntStream.range(0, Topology.SLOT_COUNT).toArray();
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
