package io.vodis.metrics.expose;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vodis.metrics.collect.Figure;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds one registry that pushes by itself. A receiver that is down costs nothing but its own
 * figures, whenever it goes or comes.
 */
public final class Pusher implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Pusher.class);

  private final Vertx vertx;
  private final MeterRegistry registry;
  private final MeterBridge bridge;
  private final Supplier<List<Figure>> figures;
  private final long timerId;
  private boolean underWay;

  private Pusher(
      Vertx vertx,
      String product,
      MeterRegistry registry,
      Duration period,
      Supplier<List<Figure>> figures) {
    this.vertx = vertx;
    this.registry = registry;
    this.bridge = new MeterBridge(registry, product);
    this.figures = figures;
    this.timerId = vertx.setPeriodic(period.toMillis(), id -> tick());
  }

  /** Starts feeding {@code registry}, which this object owns from now on. */
  public static Pusher start(
      Vertx vertx,
      String product,
      MeterRegistry registry,
      Duration period,
      Supplier<List<Figure>> figures) {
    return new Pusher(vertx, product, registry, period, figures);
  }

  /** Runs on the timer's event loop, as does what follows the update: the flag needs no guard. */
  private void tick() {
    if (underWay) {
      return;
    }
    underWay = true;
    vertx
        .executeBlocking(
            () -> {
              bridge.update(figures.get());
              return true;
            },
            false)
        .onFailure(e -> LOGGER.warn("the figures to push were not updated", e))
        .onComplete(done -> underWay = false);
  }

  @Override
  public void close() {
    vertx.cancelTimer(timerId);
    registry.close();
  }
}
