package io.vodis.it.client;

import io.vodis.it.ClusterPlan;
import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One product for the tests of all clients, started with the first and closed after the last. With
 * {@code -Dvodis.it.against=HOST:PORT} they run against that server instead, to tell a fault of a
 * test from one of the proxy.
 */
public final class SharedProduct implements AutoCloseable {

  private static final Duration MOVE_TIMEOUT = Duration.ofSeconds(60);

  private final @Nullable VodisCluster cluster;
  private final HostAndPort address;

  private SharedProduct() {
    String against = System.getProperty("vodis.it.against", "");
    if (against.isEmpty()) {
      cluster = VodisCluster.start(ClusterPlan.small().with(Role.PROXY, 1));
      address = cluster.proxies().getFirst();
    } else {
      cluster = null;
      address = HostAndPort.parse(against);
    }
  }

  /** Where clients connect. */
  HostAndPort address() {
    return address;
  }

  /** Moves the upper half of the slots to the first group and back until it is closed. */
  MovingSlots moveSlots() {
    return new MovingSlots();
  }

  @Override
  public void close() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** Slots on their way while a client works. */
  final class MovingSlots implements AutoCloseable {

    private final AtomicBoolean ending = new AtomicBoolean();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final Thread mover = Thread.ofVirtual().start(this::run);

    private void run() {
      if (cluster == null) {
        return;
      }
      try {
        for (int groupId = 1; !ending.get() || groupId == 2; groupId = 3 - groupId) {
          int half = Topology.SLOT_COUNT / 2;
          cluster.migrateAndAwait(half, Topology.SLOT_COUNT - 1, groupId, MOVE_TIMEOUT);
        }
      } catch (RuntimeException e) {
        failure.set(e);
      }
    }

    @Override
    public void close() {
      ending.set(true);
      try {
        mover.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (failure.get() != null) {
        throw Objects.requireNonNull(failure.get());
      }
    }
  }

  /** Gives a test class the product as an argument of its constructor. */
  static final class Extension implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == SharedProduct.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return Objects.requireNonNull(
          context
              .getRoot()
              .getStore(ExtensionContext.Namespace.create(SharedProduct.class))
              .getOrComputeIfAbsent(
                  SharedProduct.class, key -> new SharedProduct(), SharedProduct.class));
    }
  }
}
