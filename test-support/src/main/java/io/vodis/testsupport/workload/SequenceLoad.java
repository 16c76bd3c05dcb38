package io.vodis.testsupport.workload;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Many writes, each with a number, so that of every single one can be said afterwards whether it is
 * there, and when it was acknowledged. Unlike a {@link Workload} it goes on when acknowledged
 * writes vanish, and leaves it to a {@link LossOracle} which of them may have.
 */
public final class SequenceLoad implements AutoCloseable {

  private static final int CHECKED_AT_ONCE = 200;

  /**
   * How the load is made.
   *
   * @param depth of each pipeline; not more than {@code keys}
   * @param keys of each writer
   * @param firstSlot of the slots in which keys are
   * @param pause of each writer between two batches
   */
  public record Settings(
      List<HostAndPort> endpoints,
      int writers,
      int depth,
      int keys,
      String keyPrefix,
      int firstSlot,
      int lastSlot,
      Duration replyTimeout,
      Duration pause) {

    public Settings {
      endpoints = List.copyOf(endpoints);
      if (depth > keys) {
        throw new IllegalArgumentException("a key would be in a pipeline twice");
      }
    }

    boolean isIn(int slotId) {
      return slotId >= firstSlot && slotId <= lastSlot;
    }
  }

  private final Settings settings;
  private final List<SequenceWriter> writers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final long startNanos = System.nanoTime();
  private @Nullable Duration duration;

  private SequenceLoad(Settings settings) {
    this.settings = settings;
    for (int i = 0; i < settings.writers(); i++) {
      SequenceWriter writer = new SequenceWriter(settings, i);
      writers.add(writer);
      threads.add(Thread.ofPlatform().daemon().name("writer-" + i).start(writer));
    }
  }

  public static SequenceLoad start(Settings settings) {
    return new SequenceLoad(settings);
  }

  /** Writes acknowledged so far. */
  public long acknowledged() {
    return writers.stream().mapToLong(SequenceWriter::acknowledged).sum();
  }

  /** Ends the load, each writer after its current batch. May be called again. */
  public WorkloadReport stop() {
    writers.forEach(SequenceWriter::stop);
    try {
      for (Thread thread : threads) {
        if (!thread.join(settings.replyTimeout().plusSeconds(10))) {
          throw new AssertionError(thread.getName() + " hangs");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    if (duration == null) {
      duration = Duration.ofNanos(System.nanoTime() - startNanos);
    }
    return report(duration);
  }

  private WorkloadReport report(Duration ran) {
    Latencies latencies = new Latencies();
    Map<String, Long> errors = new TreeMap<>();
    List<Finding> findings = new ArrayList<>();
    long acknowledged = 0;
    long unknown = 0;
    long connectionsLost = 0;
    for (SequenceWriter writer : writers) {
      WorkloadReport one = writer.report(ran);
      latencies.addAll(writer.latencies());
      one.errors().forEach((text, count) -> errors.merge(text, count, Long::sum));
      findings.addAll(one.findings());
      acknowledged += one.acknowledged();
      unknown += one.unknown();
      connectionsLost += one.connectionsLost();
    }
    return new WorkloadReport(
        ran,
        acknowledged,
        errors,
        unknown,
        connectionsLost,
        latencies.percentile(0.5),
        latencies.percentile(0.99),
        latencies.worst(),
        findings);
  }

  /**
   * What a stopped load has found.
   *
   * @param excused how many acknowledged writes are missing that may be
   * @param lost those that may not be
   * @param wrong what cannot be at all: applied twice, in another order, on another server
   */
  public record Result(long excused, List<String> lost, List<Finding> wrong) {}

  /**
   * Reads every key through the endpoints, and looks for keys on servers that do not own them.
   *
   * @param ownerOf the primary of a slot
   */
  public Result check(
      LossOracle oracle, List<HostAndPort> primaries, IntFunction<HostAndPort> ownerOf) {
    stop();
    readAll();
    List<Finding> wrong = new ArrayList<>(report(Duration.ZERO).findings());
    for (HostAndPort server : primaries) {
      wrong.addAll(strays(server, ownerOf));
    }
    long excused = 0;
    List<String> lost = new ArrayList<>();
    Set<SequenceWriter.Loss> seen = new HashSet<>();
    for (SequenceWriter writer : writers) {
      for (SequenceWriter.Loss loss : writer.losses()) {
        if (!seen.add(loss)) {
          continue;
        }
        if (oracle.mayBeLost(loss.slotId(), loss.acknowledgedNanos())) {
          excused++;
        } else {
          long second = (loss.acknowledgedNanos() - startNanos) / 1_000_000;
          lost.add(
              "%s (slot %d): number %d, acknowledged %d ms after the start"
                  .formatted(loss.key(), loss.slotId(), loss.number(), second));
        }
      }
    }
    return new Result(excused, lost, wrong);
  }

  private void readAll() {
    List<SequenceKey> keys = writers.stream().flatMap(w -> w.keys().stream()).toList();
    HostAndPort[] endpoints = settings.endpoints().toArray(HostAndPort[]::new);
    for (int i = 0; i < keys.size(); i += CHECKED_AT_ONCE) {
      List<SequenceKey> some = keys.subList(i, Math.min(keys.size(), i + CHECKED_AT_ONCE));
      HostAndPort endpoint = endpoints[i / CHECKED_AT_ONCE % endpoints.length];
      try (RespClient client = RespClient.connect(endpoint, settings.replyTimeout())) {
        List<@Nullable Object> replies =
            client.pipeline(some.stream().map(SequenceKey::read).toList());
        for (int k = 0; k < some.size(); k++) {
          if (replies.get(k) instanceof RespError error) {
            throw new AssertionError(some.get(k).name + ": " + error.message());
          }
          some.get(k).onRead(replies.get(k));
        }
      }
    }
  }

  private List<Finding> strays(HostAndPort server, IntFunction<HostAndPort> ownerOf) {
    List<Finding> strays = new ArrayList<>();
    try (RespClient client = RespClient.connect(server, settings.replyTimeout())) {
      String cursor = "0";
      do {
        List<?> page =
            client.expectList("SCAN", cursor, "MATCH", settings.keyPrefix() + "*", "COUNT", "1000");
        cursor = String.valueOf(page.getFirst());
        if (page.get(1) instanceof List<?> names) {
          for (Object name : names) {
            String key = String.valueOf(name);
            if (!ownerOf.apply(SlotOracle.slotOf(key)).equals(server)) {
              strays.add(new Finding(Finding.Kind.STRAY, 0, key, "is on " + server));
            }
          }
        }
      } while (!cursor.equals("0"));
    }
    return strays;
  }

  @Override
  public void close() {
    stop();
  }
}
