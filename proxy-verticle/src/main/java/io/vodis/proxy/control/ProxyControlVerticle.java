package io.vodis.proxy.control;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusServer;
import io.vodis.bus.ProxyCommand;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.bus.TopomCommand.ReportOverride;
import io.vodis.cluster.ClusterNode;
import io.vodis.config.Durations;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.OneLine;
import io.vodis.model.Member;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exactly one per process: owns the process's address on the bus, hands tables and leases to all
 * loops, and answers when all have confirmed.
 */
public final class ProxyControlVerticle extends VerticleBase {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProxyControlVerticle.class);

  private final ClusterNode node;
  private final Member member;
  private final Permission permission;
  private final TableKeeper tables;
  private final @Nullable Path tableFile;
  private @Nullable KeptTable kept;
  private @Nullable Overrides overrides;
  private @Nullable MessageConsumer<ProxyCommand> consumer;
  private @Nullable Registration registration;
  private @Nullable LeaseKeeper leases;
  private @Nullable ResyncCaller resync;

  /**
   * Not deployed yet.
   *
   * @param tableFile where the last table is kept; null for nowhere
   */
  public ProxyControlVerticle(
      ClusterNode node,
      Member member,
      Loops loops,
      Clock clock,
      OnIsolation onIsolation,
      @Nullable Path tableFile) {
    this.node = node;
    this.member = member;
    this.tableFile = tableFile;
    this.permission = new Permission(loops, clock, onIsolation);
    this.tables =
        new TableKeeper(member.incarnation(), loops, permission::onTable, this::keepTable);
  }

  private void keepTable(FillSlots table) {
    if (kept != null) {
      kept.keep(table);
    }
  }

  @Override
  public Future<?> start() {
    String product = node.product().productName();
    if (tableFile != null) {
      kept = new KeptTable(tableFile, member.incarnation());
    }
    overrides = new Overrides(vertx, product);
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
    beginWithKeptTable(control);
    resync = new ResyncCaller(vertx, node.product().productName(), member, permission::needsTable);
  }

  /**
   * No leader is needed for a table that the store confirms. From its registration on this proxy is
   * waited for, so that nothing can change between the reading of the store and the first request
   * without its knowing.
   */
  private void beginWithKeptTable(Context control) {
    Optional<FillSlots> table = tableFile == null ? Optional.empty() : KeptTable.read(tableFile);
    if (table.isEmpty()) {
      return;
    }
    try {
      if (TableCheck.isCurrent(table.get(), node.store().load())) {
        control.runOnContext(v -> tables.onConfirmed(table.get()));
      } else {
        LOGGER.info("the kept table of epoch {} is out of date", table.get().epoch());
      }
    } catch (StoreException e) {
      LOGGER.info("the kept table cannot be confirmed: {}", OneLine.of(e));
    }
  }

  /** The configuration has changed. */
  public void onIsolation(OnIsolation latest) {
    context.runOnContext(v -> permission.onIsolation(latest));
  }

  /**
   * An operator lets this proxy serve its table for so long whether the store answers or not.
   *
   * @param length zero takes it back
   */
  public void serveAlone(Duration length, String actor, String origin) {
    context.runOnContext(v -> permission.serveAlone(length));
    if (overrides != null) {
      overrides.add(
          new ReportOverride(
              member.token(),
              actor,
              origin,
              Clock.SYSTEM.now().toString(),
              length.isZero()
                  ? "obey the store again"
                  : "serve without the store for " + Durations.render(length)));
    }
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
    if (overrides != null) {
      overrides.close();
    }
    if (kept != null) {
      kept.close();
    }
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  /** Why the proxy does not serve now; empty if it does. */
  public Optional<String> notServing() {
    return permission.notServing();
  }

  public long leaseLeftMillis() {
    return permission.leaseLeftMillis();
  }

  /** What is left of an operator's permission to serve without one; negative if there is none. */
  public long aloneLeftMillis() {
    return permission.aloneLeftMillis();
  }

  public long term() {
    return tables.term();
  }

  public long epoch() {
    return tables.epoch();
  }
}
