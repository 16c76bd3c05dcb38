package io.vodis.topom.census;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.RequestCounts;
import io.vodis.bus.ProxyCommand.CountRequests;
import io.vodis.lifecycle.Later;
import io.vodis.lifecycle.Threads;
import io.vodis.lifecycle.VodisException;
import io.vodis.model.Member;
import io.vodis.model.Topology;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * How much each slot is used: what all proxies have counted over a short time. They count anyway,
 * so that a sample costs their clients nothing.
 */
public final class LoadSampler {

  private static final long WRAP = 1L << 32;

  private final long term;
  private final Supplier<List<Member>> liveProxies;
  private final BiFunction<Member, CountRequests, Future<RequestCounts>> ask;
  private final Duration length;

  /**
   * A sampler.
   *
   * @param ask puts the question to a proxy
   * @param length of a sample
   */
  public LoadSampler(
      long term,
      Supplier<List<Member>> liveProxies,
      BiFunction<Member, CountRequests, Future<RequestCounts>> ask,
      Duration length) {
    this.term = term;
    this.liveProxies = liveProxies;
    this.ask = ask;
    this.length = length;
  }

  /**
   * Requests of each slot over the length of a sample; blocks as long.
   *
   * @throws TopomException if a proxy does not answer: a plan without what it serves would be wrong
   */
  public long[] sample() {
    List<Member> proxies = liveProxies.get();
    if (proxies.isEmpty()) {
      throw new TopomException(Code.CONFLICT, "there is no proxy that counts requests");
    }
    Map<String, List<Long>> before = counts(proxies);
    Threads.current().sleep(length);
    return difference(before, counts(proxies));
  }

  private Map<String, List<Long>> counts(List<Member> proxies) {
    List<Later<RequestCounts>> answers = new ArrayList<>();
    for (Member proxy : proxies) {
      Later<RequestCounts> answer = new Later<>();
      ask.apply(proxy, new CountRequests(term))
          .onSuccess(answer::complete)
          .onFailure(e -> answer.fail(new VodisException(String.valueOf(e.getMessage()), e)));
      answers.add(answer);
    }
    Map<String, List<Long>> counts = new HashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      try {
        RequestCounts answer = answers.get(i).await();
        counts.put(answer.incarnation(), answer.bySlot());
      } catch (VodisException e) {
        throw new TopomException(
            Code.UNAVAILABLE,
            "the proxy at " + proxies.get(i).serviceAddress() + " does not say what it serves",
            e);
      }
    }
    return counts;
  }

  /** What came in between, over all; counters go round. */
  static long[] difference(Map<String, List<Long>> before, Map<String, List<Long>> after) {
    long[] requests = new long[Topology.SLOT_COUNT];
    after.forEach(
        (proxy, counts) -> {
          List<Long> earlier = before.get(proxy);
          for (int slot = 0; earlier != null && slot < requests.length; slot++) {
            requests[slot] += Math.floorMod(counts.get(slot) - earlier.get(slot), WRAP);
          }
        });
    return requests;
  }
}
