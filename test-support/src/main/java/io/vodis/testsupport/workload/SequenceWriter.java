package io.vodis.testsupport.workload;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link SequenceLoad}: writes its keys in turn, and every fourth time reads.
 */
final class SequenceWriter implements Runnable, SequenceKey.Judge {

  /** A write that is missing. */
  record Loss(String key, int slotId, long number, long acknowledgedNanos) {}

  private static final int READ_EVERY = 4;
  private static final int TOLD_MAX = 200_000;
  private static final Duration RECONNECT_DELAY = Duration.ofMillis(20);

  private final SequenceLoad.Settings settings;
  private final HostAndPort endpoint;
  private final String prefix;
  private final SequenceHistory history;
  private final SequenceKey[] active;
  private final int[] generations;
  private final List<SequenceKey> retired = new ArrayList<>();
  private final List<Loss> losses = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, Long> errors = new TreeMap<>();
  private final Latencies latencies = new Latencies();
  private long next;
  private long unknown;
  private long connectionsLost;
  private volatile boolean stopping;
  private final AtomicLong acknowledged = new AtomicLong();
  private @Nullable RespClient client;

  SequenceWriter(SequenceLoad.Settings settings, int number) {
    this.settings = settings;
    endpoint = settings.endpoints().get(number % settings.endpoints().size());
    prefix = settings.keyPrefix() + number + ":";
    history = new SequenceHistory(settings.keys());
    active = new SequenceKey[settings.keys()];
    generations = new int[active.length];
    // No key has number 0, which is what an absent register holds.
    next = active.length;
    for (int i = 0; i < active.length; i++) {
      active[i] = create(i);
    }
  }

  private SequenceKey create(int place) {
    int generation = ++generations[place];
    SequenceKey.Kind kind =
        switch (place % 8) {
          case 0 -> SequenceKey.Kind.LIST;
          case 1, 2, 3 -> SequenceKey.Kind.COUNTER;
          default -> SequenceKey.Kind.REGISTER;
        };
    String base = prefix + place + ":" + generation;
    String name = base;
    for (int salt = 0; !settings.isIn(SlotOracle.slotOf(name)); salt++) {
      name = base + "." + salt;
    }
    long first = next + Math.floorMod(place - next, (long) active.length);
    return new SequenceKey(kind, name, history, this, first);
  }

  @Override
  public void run() {
    while (!stopping) {
      RespClient connected = connected();
      if (connected != null) {
        runBatch(connected);
      }
      if (!settings.pause().isZero()) {
        Poll.pass(settings.pause());
      }
    }
    if (client != null) {
      client.close();
    }
  }

  private @Nullable RespClient connected() {
    if (client == null) {
      try {
        client = RespClient.connect(endpoint, settings.replyTimeout());
      } catch (UncheckedIOException refused) {
        connectionsLost++;
        Poll.pass(RECONNECT_DELAY);
      }
    }
    return client;
  }

  private void runBatch(RespClient connected) {
    long first = next;
    int depth = settings.depth();
    next += depth;
    history.onBatchBegins(first);
    long answered = 0;
    try {
      for (long number = first; number < first + depth; number++) {
        SequenceKey key = active[place(number)];
        connected.send(isRead(number) ? key.read() : key.write(number));
      }
      long sentNanos = System.nanoTime();
      connected.flush();
      for (long number = first; number < first + depth; number++) {
        Object reply = connected.receive();
        answered++;
        long now = System.nanoTime();
        latencies.add(now - sentNanos);
        history.onReply(now);
        onReply(number, reply);
      }
    } catch (UncheckedIOException lost) {
      onLost(first + answered, first + depth, lost);
    }
  }

  private int place(long number) {
    return (int) (number % active.length);
  }

  private boolean isRead(long number) {
    return number / active.length % READ_EVERY == 0;
  }

  private void onReply(long number, @Nullable Object reply) {
    SequenceKey key = active[place(number)];
    if (reply instanceof RespError error) {
      errors.merge(error.message().replaceAll("\\d+", "#"), 1L, Long::sum);
      if (!isRead(number) && !Errors.meansNotDone(error.message())) {
        onUnknown(number);
      }
    } else if (isRead(number)) {
      if (key.kind != SequenceKey.Kind.LIST) {
        key.onRead(reply);
      }
    } else {
      history.onAcknowledged(number);
      acknowledged.lazySet(acknowledged.get() + 1);
      key.onWritten(number, reply);
      if (key.isRetired()) {
        retire(place(number));
      }
    }
  }

  private void onUnknown(long number) {
    unknown++;
    active[place(number)].onUnknown(number);
    retire(place(number));
  }

  private void retire(int place) {
    retired.add(active[place]);
    active[place] = create(place);
  }

  private void onLost(long from, long to, UncheckedIOException lost) {
    connectionsLost++;
    if (lost.getCause() instanceof SocketTimeoutException) {
      errors.merge("no reply within " + settings.replyTimeout(), 1L, Long::sum);
    }
    for (long number = from; number < to; number++) {
      if (!isRead(number)) {
        onUnknown(number);
      }
    }
    if (client != null) {
      client.close();
      client = null;
    }
  }

  @Override
  public void lost(SequenceKey key, long number) {
    if (losses.size() < TOLD_MAX) {
      losses.add(new Loss(key.name, key.slotId, number, history.acknowledgedNanos(number)));
    }
  }

  @Override
  public void wrong(Finding finding) {
    if (findings.size() < TOLD_MAX) {
      findings.add(finding);
    }
  }

  void stop() {
    stopping = true;
  }

  /** Every key ever used; after the end only. */
  List<SequenceKey> keys() {
    List<SequenceKey> all = new ArrayList<>(retired);
    all.addAll(List.of(active));
    return all;
  }

  List<Loss> losses() {
    return losses;
  }

  /** Writes acknowledged so far; read from anywhere. */
  long acknowledged() {
    return acknowledged.get();
  }

  WorkloadReport report(Duration duration) {
    return new WorkloadReport(
        duration,
        acknowledged.get(),
        errors,
        unknown,
        connectionsLost,
        latencies.percentile(0.5),
        latencies.percentile(0.99),
        latencies.worst(),
        findings);
  }

  Latencies latencies() {
    return latencies;
  }
}
