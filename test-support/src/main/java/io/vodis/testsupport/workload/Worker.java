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
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One connection, the only writer of its keys. Runs batches of pipelined operations until told to
 * stop; reconnects to the same address for as long as that takes.
 */
final class Worker implements Runnable {

  private static final int FINDINGS_MAX = 20;
  private static final Duration RECONNECT_DELAY = Duration.ofMillis(20);

  private final Workload.Settings settings;
  private final HostAndPort endpoint;
  private final int depth;
  private final KeySpace keys;
  private final Random random;
  private final Latencies latencies = new Latencies();
  private final Map<String, Long> errors = new TreeMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private long acknowledged;
  private long unknown;
  private long connectionsLost;
  private volatile boolean stopping;
  private @Nullable RespClient client;
  private int database;

  Worker(Workload.Settings settings, int number) {
    this.settings = settings;
    endpoint = settings.endpoints().get(number % settings.endpoints().size());
    int perEndpoint = number / settings.endpoints().size();
    depth = settings.depths().get(perEndpoint % settings.depths().size());
    random = new Random(settings.seed() * 31 + number);
    keys =
        new KeySpace(
            settings.keyPrefix() + number, settings.databases(), random, settings.delete());
  }

  HostAndPort endpoint() {
    return endpoint;
  }

  KeySpace keys() {
    return keys;
  }

  Latencies latencies() {
    return latencies;
  }

  void stop() {
    stopping = true;
  }

  WorkloadReport report(Duration duration) {
    return new WorkloadReport(
        duration,
        acknowledged,
        errors,
        unknown,
        connectionsLost,
        latencies.percentile(0.5),
        latencies.percentile(0.99),
        latencies.worst(),
        findings);
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
    disconnect();
  }

  private @Nullable RespClient connected() {
    if (client != null) {
      return client;
    }
    RespClient fresh = null;
    try {
      fresh = RespClient.connect(endpoint, settings.replyTimeout());
      if (!settings.password().isEmpty()) {
        fresh.expect("AUTH", settings.password());
      }
      client = fresh;
      database = 0;
      return fresh;
    } catch (UncheckedIOException | AssertionError refused) {
      if (fresh != null) {
        fresh.close();
      }
      connectionsLost++;
      Poll.pass(RECONNECT_DELAY);
      return null;
    }
  }

  private void disconnect() {
    if (client != null) {
      client.close();
      client = null;
    }
  }

  private void runBatch(RespClient connected) {
    int next = settings.databases().get(random.nextInt(settings.databases().size()));
    List<Operation> batch = new ArrayList<>(depth + 1);
    if (next != database) {
      batch.add(Operation.read(r -> Operation.expect("OK", r), "SELECT", Integer.toString(next)));
    }
    for (int i = 0; i < depth; i++) {
      batch.add(keys.next(next));
    }
    int answered = 0;
    try {
      long sentNanos = System.nanoTime();
      for (Operation operation : batch) {
        connected.send(operation.command());
      }
      connected.flush();
      for (Operation operation : batch) {
        Object reply = connected.receive();
        latencies.add(System.nanoTime() - sentNanos);
        answered++;
        onReply(operation, reply);
      }
      database = next;
    } catch (UncheckedIOException lost) {
      onLost(batch.subList(answered, batch.size()), lost);
    }
  }

  private void onReply(Operation operation, @Nullable Object reply) {
    if (reply instanceof RespError error) {
      onError(operation, error.message());
      return;
    }
    acknowledged++;
    try {
      operation.onReply().accept(reply);
    } catch (Operation.Mismatch mismatch) {
      if (findings.size() < FINDINGS_MAX) {
        String key = operation.command().length > 1 ? operation.command()[1] : "";
        findings.add(
            new Finding(
                Finding.Kind.WRONG_REPLY,
                database,
                key,
                operation.text() + ": " + mismatch.getMessage()));
      }
    }
  }

  private void onError(Operation operation, String message) {
    errors.merge(operation.command()[0] + ": " + message.replaceAll("\\d+", "#"), 1L, Long::sum);
    if (operation.divisible() || !Errors.meansNotDone(message)) {
      unknown++;
      operation.onUnknown().run();
    }
  }

  private void onLost(List<Operation> unanswered, UncheckedIOException lost) {
    if (lost.getCause() instanceof SocketTimeoutException) {
      String text = "no reply within " + settings.replyTimeout();
      errors.merge(unanswered.getFirst().command()[0] + ": " + text, 1L, Long::sum);
    }
    connectionsLost++;
    unknown += unanswered.size();
    unanswered.forEach(operation -> operation.onUnknown().run());
    disconnect();
  }
}
