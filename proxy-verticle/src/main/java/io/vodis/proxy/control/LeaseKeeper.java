package io.vodis.proxy.control;

import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Periodic;
import io.vodis.store.LeaseGrant;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the lease with a round trip to the store six times per lease. When the store does not
 * answer, nothing has to be done: the lease runs out by itself on every loop.
 */
final class LeaseKeeper implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(LeaseKeeper.class);

  private final Registration registration;
  private final Consumer<LeaseGrant> onGrant;
  private final Periodic renewal;
  private boolean silent;

  /**
   * Starts renewing.
   *
   * @param sessionTimeout of the store; a lease is two thirds of it
   * @param onGrant called on the renewing thread
   */
  LeaseKeeper(Registration registration, Duration sessionTimeout, Consumer<LeaseGrant> onGrant) {
    this.registration = registration;
    this.onGrant = onGrant;
    Duration lease = sessionTimeout.multipliedBy(2).dividedBy(3);
    this.renewal = Periodic.start("lease", lease.dividedBy(6), this::renew);
  }

  private void renew() {
    try {
      onGrant.accept(registration.renewLease());
      if (silent) {
        silent = false;
        LOGGER.info("the store answers again");
      }
    } catch (StoreException e) {
      if (!silent) {
        silent = true;
        LOGGER.warn("the lease was not renewed: {}", OneLine.of(e));
      }
    }
  }

  @Override
  public void close() {
    renewal.close();
  }
}
