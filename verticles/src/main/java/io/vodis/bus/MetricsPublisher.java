package io.vodis.bus;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vodis.metric.ProcessSamples;
import io.vodis.metric.Sample;
import io.vodis.model.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a {@link MetricsReport} of one member once a second, with the figures of its process
 * added. Every role has one; what it reports does not depend on anybody listening.
 */
public final class MetricsPublisher implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(MetricsPublisher.class);
  private static final long PERIOD_MILLIS = 1000;

  private final Vertx vertx;
  private final String address;
  private final Member member;
  private final Callable<List<Sample>> source;
  private final long timerId;
  private long sequence;
  private boolean underWay;

  private MetricsPublisher(
      Vertx vertx, String product, Member member, Callable<List<Sample>> source) {
    this.vertx = vertx;
    this.address = Addresses.METRICS.in(product);
    this.member = member;
    this.source = source;
    this.timerId = vertx.setPeriodic(PERIOD_MILLIS, id -> tick());
  }

  /**
   * Starts publishing. {@code source} is called on a virtual thread, one call at a time, and may
   * block; a failing call costs one report.
   */
  public static MetricsPublisher start(
      Vertx vertx, String product, Member member, Callable<List<Sample>> source) {
    return new MetricsPublisher(vertx, product, member, source);
  }

  /** Runs on the timer's event loop, as do the handlers below: the two fields need no guard. */
  private void tick() {
    if (underWay) {
      return;
    }
    underWay = true;
    Context loop = vertx.getOrCreateContext();
    Thread.ofVirtual().name("metrics-source").start(() -> gather(loop));
  }

  private void gather(Context loop) {
    try {
      List<Sample> samples = new ArrayList<>(source.call());
      samples.addAll(ProcessSamples.sample());
      loop.runOnContext(done -> publish(samples));
    } catch (Exception e) {
      LOGGER.warn("no metrics report this time", e);
    } finally {
      loop.runOnContext(done -> underWay = false);
    }
  }

  private void publish(List<Sample> samples) {
    sequence++;
    vertx
        .eventBus()
        .publish(
            address,
            new MetricsReport(
                member.role(), member.token(), member.incarnation(), sequence, samples));
  }

  @Override
  public void close() {
    vertx.cancelTimer(timerId);
  }
}
