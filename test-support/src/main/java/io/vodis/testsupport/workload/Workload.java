package io.vodis.testsupport.workload;

import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A load over many connections that remembers what must be there afterwards. */
public final class Workload implements AutoCloseable {

  private static final AtomicInteger LOADS = new AtomicInteger();

  /**
   * How the load is made.
   *
   * @param connections spread evenly over the endpoints
   * @param depths pipeline depths, taken in turn by the connections of an endpoint
   * @param password empty for none
   * @param keyPrefix no other load on the same servers may have it
   * @param pause of each connection between two batches
   * @param delete UNLINK, or what stands for it where servers do not know it
   */
  public record Settings(
      List<HostAndPort> endpoints,
      int connections,
      List<Integer> depths,
      List<Integer> databases,
      String password,
      String keyPrefix,
      long seed,
      Duration replyTimeout,
      Duration pause,
      String delete) {

    public Settings {
      endpoints = List.copyOf(endpoints);
      depths = List.copyOf(depths);
      databases = List.copyOf(databases);
    }

    /** 16 connections, half of them pipelined 16 deep, in three databases. */
    public static Settings over(List<HostAndPort> endpoints) {
      return new Settings(
          endpoints,
          16,
          List.of(1, 16),
          List.of(0, 1, 5),
          "",
          "load" + LOADS.incrementAndGet() + "w",
          Long.getLong("seed", System.nanoTime()),
          Duration.ofSeconds(15),
          Duration.ZERO,
          "UNLINK");
    }

    public Settings withConnections(int value) {
      return new Settings(
          endpoints,
          value,
          depths,
          databases,
          password,
          keyPrefix,
          seed,
          replyTimeout,
          pause,
          delete);
    }

    public Settings withDepths(Integer... values) {
      return new Settings(
          endpoints,
          connections,
          List.of(values),
          databases,
          password,
          keyPrefix,
          seed,
          replyTimeout,
          pause,
          delete);
    }

    public Settings withDatabases(Integer... values) {
      return new Settings(
          endpoints,
          connections,
          depths,
          List.of(values),
          password,
          keyPrefix,
          seed,
          replyTimeout,
          pause,
          delete);
    }

    public Settings withPassword(String value) {
      return new Settings(
          endpoints,
          connections,
          depths,
          databases,
          value,
          keyPrefix,
          seed,
          replyTimeout,
          pause,
          delete);
    }

    public Settings withKeyPrefix(String value) {
      return new Settings(
          endpoints,
          connections,
          depths,
          databases,
          password,
          value,
          seed,
          replyTimeout,
          pause,
          delete);
    }

    public Settings withPause(Duration value) {
      return new Settings(
          endpoints,
          connections,
          depths,
          databases,
          password,
          keyPrefix,
          seed,
          replyTimeout,
          value,
          delete);
    }

    /** For servers before Redis 4. */
    public Settings withoutUnlink() {
      return new Settings(
          endpoints,
          connections,
          depths,
          databases,
          password,
          keyPrefix,
          seed,
          replyTimeout,
          pause,
          "DEL");
    }
  }

  private final Settings settings;
  private final List<Worker> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final long startNanos;
  private @Nullable Duration duration;

  private Workload(Settings settings) {
    this.settings = settings;
    for (int i = 0; i < settings.connections(); i++) {
      workers.add(new Worker(settings, i));
    }
    startNanos = System.nanoTime();
    for (Worker worker : workers) {
      threads.add(Thread.ofPlatform().daemon().name("load-" + threads.size()).start(worker));
    }
  }

  /** Starts the load. Its seed is printed with the settings by whoever reports a failure. */
  public static Workload start(Settings settings) {
    return new Workload(settings);
  }

  public Settings settings() {
    return settings;
  }

  /** Ends the load, each connection after its current batch. May be called again. */
  public WorkloadReport stop() {
    workers.forEach(Worker::stop);
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
    return report(workers);
  }

  /** The part of the load that went through one address. Call after {@link #stop}. */
  public WorkloadReport reportOf(HostAndPort endpoint) {
    return report(workers.stream().filter(w -> w.endpoint().equals(endpoint)).toList());
  }

  private WorkloadReport report(List<Worker> chosen) {
    Duration ran = duration == null ? Duration.ZERO : duration;
    Latencies latencies = new Latencies();
    Map<String, Long> errors = new TreeMap<>();
    List<Finding> findings = new ArrayList<>();
    long acknowledged = 0;
    long unknown = 0;
    long connectionsLost = 0;
    for (Worker worker : chosen) {
      WorkloadReport one = worker.report(ran);
      latencies.addAll(worker.latencies());
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

  /** Every key ever used by the load. */
  List<KeyModel> models() {
    return workers.stream().flatMap(worker -> worker.keys().all().stream()).toList();
  }

  @Override
  public void close() {
    stop();
  }
}
