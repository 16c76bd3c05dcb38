package io.vodis.cluster;

import io.vertx.core.Completable;
import io.vertx.core.Promise;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Vert.x last what is so last. As shipped, each change of an address's registrations is read
 * and told on a thread of its own: of two changes that follow each other, such as a leader that
 * goes and one that comes, the state between them may be told second, and then messages go to
 * nobody until the next change. Here one thread reads and tells, always what is so when it does;
 * changes that have not been told yet become one.
 */
final class FreshRegistrations implements RegistrationListener, AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(FreshRegistrations.class);
  private static final long READ_SECONDS_MAX = 10;

  private final RegistrationListener listener;
  private final BiConsumer<String, Completable<List<RegistrationInfo>>> reader;
  private final ExecutorService teller =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("vodis-cluster-registrations").unstarted(task));

  /** By address, what was said with the change that is to be told. */
  private final Map<String, List<RegistrationInfo>> untold = new ConcurrentHashMap<>();

  /**
   * Tells nothing yet.
   *
   * @param reader reads the present registrations of an address
   */
  FreshRegistrations(
      RegistrationListener listener,
      BiConsumer<String, Completable<List<RegistrationInfo>>> reader) {
    this.listener = listener;
    this.reader = reader;
  }

  @Override
  public void registrationsUpdated(RegistrationUpdateEvent event) {
    if (untold.put(event.address(), List.copyOf(event.registrations())) == null) {
      try {
        teller.execute(() -> tell(event.address()));
      } catch (RejectedExecutionException e) {
        LOGGER.debug("this node has left the bus: {}", e.getMessage());
      }
    }
  }

  private void tell(String address) {
    List<RegistrationInfo> given = untold.remove(address);
    if (!listener.wantsUpdatesFor(address)) {
      return; // whoever sends there next reads what is so
    }
    List<RegistrationInfo> present = given == null ? List.of() : given;
    Promise<List<RegistrationInfo>> read = Promise.promise();
    try {
      reader.accept(address, read);
      present = read.future().await(READ_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (Exception e) {
      LOGGER.debug("the registrations of {} cannot be read now", address, e);
    }
    listener.registrationsUpdated(new RegistrationUpdateEvent(address, present));
  }

  @Override
  public void registrationsLost() {
    listener.registrationsLost();
  }

  @Override
  public boolean wantsUpdatesFor(String address) {
    return listener.wantsUpdatesFor(address);
  }

  @Override
  public void close() {
    teller.shutdownNow();
  }
}
