package io.vodis.proxy.control;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusServer;
import io.vodis.bus.ProxyCommand;
import io.vodis.cluster.ClusterNode;
import io.vodis.lifecycle.Clock;
import io.vodis.model.Member;
import io.vodis.store.Registration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Exactly one per process: owns the process's address on the bus, hands tables and leases to all
 * loops, and answers when all have confirmed.
 */
public final class ProxyControlVerticle extends VerticleBase {

  private final ClusterNode node;
  private final Member member;
  private final Permission permission;
  private final TableKeeper tables;
  private @Nullable MessageConsumer<ProxyCommand> consumer;
  private @Nullable Registration registration;
  private @Nullable LeaseKeeper leases;
  private @Nullable ResyncCaller resync;

  public ProxyControlVerticle(ClusterNode node, Member member, Loops loops, Clock clock) {
    this.node = node;
    this.member = member;
    this.permission = new Permission(loops, clock);
    this.tables = new TableKeeper(member.incarnation(), loops, permission::onTable);
  }

  @Override
  public Future<?> start() {
    String product = node.product().productName();
    String address = Addresses.PROXY.of(product, member.incarnation());
    consumer = BusServer.serve(vertx, Addresses.PROXY, address, this::handle);
    // Registered in the store only when the leader can reach it here.
    return consumer.completion();
  }

  private Future<? extends BusReply> handle(ProxyCommand command) {
    return switch (command) {
      case ProxyCommand.FillSlots table -> tables.onFillSlots(table);
    };
  }

  /** Joins the product: from here on the leader waits for this proxy. Blocks. */
  public void join() {
    Context control = context;
    Registration registered = node.store().register(member);
    registration = registered;
    leases =
        new LeaseKeeper(
            registered,
            node.coordinator().coordinatorSessionTimeout(),
            grant -> control.runOnContext(v -> permission.onGrant(grant)));
    resync = new ResyncCaller(vertx, node.product().productName(), member, permission::needsTable);
  }

  /** Leaves the product: the leader need not wait for this proxy any more. Blocks. */
  public void leave() {
    if (resync != null) {
      resync.close();
    }
    if (leases != null) {
      leases.close();
    }
    if (registration != null) {
      registration.close();
    }
  }

  @Override
  public Future<?> stop() {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  /** Why the proxy does not serve now; empty if it does. */
  public Optional<String> notServing() {
    return permission.notServing();
  }

  public long leaseLeftMillis() {
    return permission.leaseLeftMillis();
  }

  public long term() {
    return tables.term();
  }

  public long epoch() {
    return tables.epoch();
  }
}
