package io.vodis.proxy.control;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusServer;
import io.vodis.bus.ProxyCommand;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.bus.TopomCommand.ReportOverride;
import io.vodis.bus.TopomCommand.ResyncProxy;
import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.WitnessService;
import io.vodis.config.Durations;
import io.vodis.lifecycle.Clock;
import io.vodis.model.Member;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Exactly one per process: owns the process's address on the bus, hands tables and leases to all
 * loops, and answers when all have confirmed.
 */
public final class ProxyControlVerticle extends VerticleBase {

  private static final Duration RESYNC_TIMEOUT = Duration.ofSeconds(2);

  private final ClusterNode node;
  private final Member member;
  private final ProxyControl control;
  private final @Nullable Path tableFile;
  private @Nullable KeptTable kept;
  private @Nullable WitnessService witness;
  private @Nullable Overrides overrides;
  private @Nullable MessageConsumer<ProxyCommand> consumer;

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
    this.control =
        new ProxyControl(member, loops, clock, onIsolation, this::onContext, this::keepTable);
  }

  private void onContext(Runnable task) {
    Context own = context;
    own.runOnContext(v -> task.run());
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
    consumer = BusServer.serve(vertx, Addresses.PROXY, address, control::handle);
    // Registered in the store only when the leader can reach it here.
    return consumer.completion();
  }

  /** Joins the product: from here on the leader waits for this proxy. Blocks. */
  public void join() {
    control.join(
        node.store(),
        node.coordinator().coordinatorSessionTimeout(),
        new BusWitnessing(node, member, WitnessService.lease(node).dividedBy(3)),
        tableFile == null ? Optional.empty() : KeptTable.read(tableFile),
        this::askForTable);
    witness = WitnessService.start(node, control.registration());
  }

  private void askForTable() {
    BusClient.ask(
        vertx,
        Addresses.TOPOM,
        Addresses.TOPOM.in(node.product().productName()),
        new ResyncProxy(member.token(), member.incarnation()),
        RESYNC_TIMEOUT,
        BusReply.Accepted.class);
  }

  /** The configuration has changed. */
  public void onIsolation(OnIsolation latest) {
    control.onIsolation(latest);
  }

  /**
   * An operator lets this proxy serve its table for so long whether the store answers or not.
   *
   * @param length zero takes it back
   */
  public void serveAlone(Duration length, String actor, String origin) {
    control.serveAlone(length);
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
    if (witness != null) {
      witness.close();
    }
    control.leave();
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
    return control.notServing();
  }

  public long leaseLeftMillis() {
    return control.leaseLeftMillis();
  }

  /** What is left of an operator's permission to serve without one; negative if there is none. */
  public long aloneLeftMillis() {
    return control.aloneLeftMillis();
  }

  public long term() {
    return control.term();
  }

  public long epoch() {
    return control.epoch();
  }
}
