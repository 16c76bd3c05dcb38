package io.vodis.proxy.control;

import io.vodis.lifecycle.OneLine;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.info.ServerReport;
import io.vodis.proxy.info.ServerReports;
import io.vodis.proxy.process.Servers.Answer;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Asks servers about themselves, on connections and threads of its own. All are asked at once, each
 * for at most {@code timeout}.
 *
 * <p>INFO that somebody wants is asked for after he wanted it, so a client finds in it what it has
 * done before. But there is one round at a time, and after it the servers rest for as long as it
 * took, {@link #REST_NANOS_MAX} at most: all who come in between share the next.
 */
public final class ServerSurvey implements AutoCloseable {

  private static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long AGAIN_NANOS = 1_000_000_000;

  private final RedisAdmin redis;
  private final Duration timeout;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Set<HostAndPort> primaries = Set.of();
  private volatile Set<HostAndPort> replicas = Set.of();
  private final AtomicBoolean waitsToAskAgain = new AtomicBoolean();
  private volatile ServerReports latest = ServerReports.NONE;

  /** The round that has not begun yet, if somebody waits for one. */
  private @Nullable CompletableFuture<ServerReports> next;

  /** A round is under way, or is about to begin. */
  private boolean busy;

  private long restUntilNanos = System.nanoTime();

  public ServerSurvey(RedisAdmin redis, Duration timeout) {
    this.redis = redis;
    this.timeout = timeout;
  }

  /** From now on these are asked. */
  public void servers(Set<HostAndPort> newPrimaries, Set<HostAndPort> newReplicas) {
    boolean changed = !newPrimaries.equals(primaries);
    primaries = Set.copyOf(newPrimaries);
    replicas = Set.copyOf(newReplicas);
    if (changed) {
      refresh();
    }
  }

  /** What was said last. */
  public ServerReports latest() {
    return latest;
  }

  /** Asks, whatever has been said before. */
  public void refresh() {
    var unused = reports();
  }

  /** What the servers say after this call. */
  public synchronized CompletableFuture<ServerReports> reports() {
    CompletableFuture<ServerReports> round = next;
    if (round == null) {
      round = new CompletableFuture<>();
      next = round;
      if (!busy) {
        beginInTime();
      }
    }
    return round;
  }

  private synchronized void onOver(long tookNanos) {
    restUntilNanos = System.nanoTime() + Math.min(tookNanos, REST_NANOS_MAX);
    beginInTime();
  }

  private synchronized void beginInTime() {
    busy = next != null;
    if (busy) {
      long wait = restUntilNanos - System.nanoTime();
      Executor then =
          wait <= 0
              ? threads
              : CompletableFuture.delayedExecutor(wait, TimeUnit.NANOSECONDS, threads);
      then.execute(this::begin);
    }
  }

  private void begin() {
    CompletableFuture<ServerReports> round;
    synchronized (this) {
      round = Objects.requireNonNull(next);
      next = null;
    }
    long begun = System.nanoTime();
    var unused =
        call(List.of(Replies.command("INFO")), false)
            .thenApply(this::keep)
            .whenComplete(
                (reports, failure) -> {
                  onOver(System.nanoTime() - begun);
                  if (failure != null || reports.asked() > reports.byServer().size()) {
                    askAgain();
                  }
                  if (failure == null) {
                    round.complete(reports);
                  } else {
                    round.completeExceptionally(failure);
                  }
                });
  }

  /** Somebody has not answered: clients are told of versions and modules, so it must be known. */
  private void askAgain() {
    if (!threads.isShutdown() && waitsToAskAgain.compareAndSet(false, true)) {
      CompletableFuture.delayedExecutor(AGAIN_NANOS, TimeUnit.NANOSECONDS, threads)
          .execute(
              () -> {
                waitsToAskAgain.set(false);
                refresh();
              });
    }
  }

  private ServerReports keep(List<Answer> answers) {
    Map<HostAndPort, ServerReport> reports = new TreeMap<>();
    for (Answer answer : answers) {
      if (!answer.replies().isEmpty()) {
        reports.put(answer.server(), ServerReport.parse(Replies.text(answer.replies().getFirst())));
      }
    }
    ServerReports all = new ServerReports(answers.size(), reports);
    latest = all;
    return all;
  }

  /** Sends commands to every primary, and to every replica if wanted. */
  public CompletableFuture<List<Answer>> call(List<List<byte[]>> commands, boolean replicasToo) {
    Collection<HostAndPort> asked = new ArrayList<>(primaries);
    if (replicasToo) {
      asked.addAll(replicas);
    }
    List<CompletableFuture<Answer>> answers =
        asked.stream()
            .distinct()
            .map(server -> CompletableFuture.supplyAsync(() -> ask(server, commands), threads))
            .toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
  }

  /**
   * A connection that broke, perhaps because another call on it took too long, says nothing about
   * the server: what is asked here may be said twice, so it is, if there is time left.
   */
  private Answer ask(HostAndPort server, List<List<byte[]>> commands) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      return new Answer(server, callAll(server, commands, deadline), "");
    } catch (RedisAdminException e) {
      String words = OneLine.of(e);
      String prefix = server + ": ";
      return new Answer(
          server, List.of(), words.startsWith(prefix) ? words.substring(prefix.length()) : words);
    }
  }

  private List<Reply> callAll(HostAndPort server, List<List<byte[]>> commands, long deadline) {
    try {
      return redis.callAll(server, 0, timeout, commands);
    } catch (RedisAdminException e) {
      long left = deadline - System.nanoTime();
      if (e.kind() != RedisAdminException.Kind.NO_ANSWER || left <= 0) {
        throw e;
      }
      return redis.callAll(server, 0, Duration.ofNanos(left), commands);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    redis.close();
  }
}
