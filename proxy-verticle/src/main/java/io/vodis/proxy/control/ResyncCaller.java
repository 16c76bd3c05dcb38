package io.vodis.proxy.control;

import io.vertx.core.eventbus.ReplyException;
import io.vodis.lifecycle.Periodic;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the leader for a table as long as one is needed; there may be no leader yet. */
final class ResyncCaller implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(ResyncCaller.class);
  private static final Duration INTERVAL = Duration.ofMillis(300);

  private final BooleanSupplier needed;
  private final Runnable ask;
  private final Periodic calls;

  /**
   * Starts asking.
   *
   * @param ask blocks until the leader has answered
   */
  ResyncCaller(BooleanSupplier needed, Runnable ask) {
    this.needed = needed;
    this.ask = ask;
    this.calls = Periodic.start("resync", INTERVAL, this::callIfNeeded);
  }

  private void callIfNeeded() {
    if (!needed.getAsBoolean()) {
      return;
    }
    try {
      ask.run();
    } catch (ReplyException e) {
      LOGGER.debug("no leader has taken the request for a table: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    calls.close();
  }
}
