package io.vodis.ha.probe;

import io.vodis.ha.judge.ProbeResult;
import io.vodis.ha.judge.ProbeResult.Outcome;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Later;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes servers in parallel: PING decides whether a server is alive, ROLE and INFO tell how it is.
 * One round takes no longer than the two time-outs of its slowest server.
 */
public final class Prober implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Prober.class);
  private static final String LOADING = ": LOADING ";

  private final RedisAdmin redis;
  private final Clock clock;
  private final Duration timeout;

  public Prober(RedisAdmin redis, Clock clock, Duration timeout) {
    this.redis = redis;
    this.clock = clock;
    this.timeout = timeout;
  }

  /** Probes each server once; one result per server, in no particular order. */
  public List<ProbeResult> probe(Collection<HostAndPort> servers) throws InterruptedException {
    List<Later<ProbeResult>> probes = new ArrayList<>();
    for (HostAndPort server : servers) {
      probes.add(Later.by("ha probe " + server, () -> probe(server)));
    }
    List<ProbeResult> results = new ArrayList<>();
    for (Later<ProbeResult> probe : probes) {
      results.add(probe.awaitInterruptibly());
    }
    return results;
  }

  private ProbeResult probe(HostAndPort server) {
    long sentNanos = clock.nanoTime();
    try {
      redis.ping(server, timeout);
    } catch (RedisAdminException e) {
      Outcome outcome =
          e.kind() == RedisAdminException.Kind.REFUSED ? Outcome.REFUSED : Outcome.FAILED;
      return new ProbeResult(server, outcome, sentNanos, clock.nanoTime(), message(e), null);
    } catch (RuntimeException e) {
      LOGGER.warn("probing {} failed in an unexpected way", server, e);
      return new ProbeResult(
          server, Outcome.FAILED, sentNanos, clock.nanoTime(), String.valueOf(e), null);
    }
    long answeredNanos = clock.nanoTime();
    try {
      ServerStatus status = redis.status(server, timeout);
      Outcome outcome = status.loading() ? Outcome.LOADING : Outcome.ANSWERED;
      return new ProbeResult(server, outcome, sentNanos, answeredNanos, "", status);
    } catch (RuntimeException e) {
      // A server that is loading refuses new connections of the client with this error.
      Outcome outcome = message(e).contains(LOADING) ? Outcome.LOADING : Outcome.ANSWERED;
      return new ProbeResult(server, outcome, sentNanos, answeredNanos, message(e), null);
    }
  }

  private static String message(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }

  @Override
  public void close() {
    redis.close();
  }
}
