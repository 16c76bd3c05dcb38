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
import io.vodis.cluster.VouchCalls;
import io.vodis.cluster.VouchPage;
import io.vodis.cluster.WitnessService;
import io.vodis.config.Durations;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.Member;
import io.vodis.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exactly one per process: owns the process's address on the bus, hands tables and leases to all
 * loops, and answers when all have confirmed.
 */
public final class ProxyControlVerticle extends VerticleBase {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProxyControlVerticle.class);
  private static final Duration RESYNC_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration JOIN_INTERVAL = Duration.ofMillis(500);

  /** So often does a proxy that has begun without the store say that it waits: every 30 s. */
  private static final int WAITING_ROUNDS = 60;

  private final ClusterNode node;
  private final Member member;
  private final ProxyControl control;
  private final @Nullable Path tableFile;
  private volatile @Nullable KeptTable kept;
  private final VouchPage vouch;
  private final KeptWitnesses witnesses;
  private @Nullable Periodic joining;
  private int waitedRounds;
  private @Nullable VouchCalls calls;
  private volatile @Nullable WitnessService witness;
  private @Nullable Overrides overrides;
  private @Nullable WarningReports warnings;
  private @Nullable MessageConsumer<ProxyCommand> consumer;

  /**
   * Not deployed yet.
   *
   * @param vouch where others can ask this proxy to vouch for them
   * @param tableFile where the last table is kept; null for nowhere
   */
  public ProxyControlVerticle(
      ClusterNode node,
      Member member,
      Loops loops,
      Clock clock,
      OnIsolation onIsolation,
      VouchPage vouch,
      @Nullable Path tableFile) {
    this.node = node;
    this.member = member;
    this.vouch = vouch;
    this.tableFile = tableFile;
    this.witnesses =
        tableFile == null
            ? KeptWitnesses.none()
            : KeptWitnesses.open(
                tableFile.resolveSibling(
                    node.product().productName() + "." + member.token() + ".witnesses"),
                member.token(),
                (witness, named) -> BusWitnessing.release(node, witness, named));
    this.control =
        new ProxyControl(
            member, loops, clock, onIsolation, this::onContext, this::keepTable, witnesses);
  }

  private void onContext(Runnable task) {
    Context own = context;
    own.runOnContext(v -> task.run());
  }

  private void keepTable(FillSlots table) {
    KeptTable present = kept;
    if (present != null) {
      present.keep(table);
    }
  }

  @Override
  public Future<?> start() {
    String product = node.product().productName();
    if (tableFile != null) {
      kept = new KeptTable(tableFile, member.incarnation(), witnesses::tableKept);
    }
    overrides = new Overrides(vertx, product);
    warnings = new WarningReports(vertx, product, member, this::warnings);
    String address = Addresses.PROXY.of(product, member.incarnation());
    consumer = BusServer.serve(vertx, Addresses.PROXY, address, control::handle);
    // Registered in the store only when the leader can reach it here.
    return consumer.completion();
  }

  /**
   * Joins the product: from here on the leader waits for this proxy. If the store is away, it
   * begins with what it has, and joins as soon as it can. Blocks.
   */
  public void begin() {
    Optional<FillSlots> table = tableFile == null ? Optional.empty() : KeptTable.read(tableFile);
    if (node.hasJoined() && tryJoin(table)) {
      return;
    }
    Duration lease = WitnessService.lease(node);
    VouchCalls opened = new VouchCalls(vertx, node.product(), lease.dividedBy(3));
    calls = opened;
    control.beginWithoutStore(table, opened::ask, lease);
    joining =
        Periodic.start(
            "joining",
            JOIN_INTERVAL,
            () -> {
              Periodic own = joining;
              if (own != null && (witness != null || node.hasJoined() && tryJoin(table))) {
                own.close();
                opened.close();
              } else {
                sayThatItWaits();
              }
            });
  }

  private void sayThatItWaits() {
    waitedRounds++;
    if (waitedRounds % WAITING_ROUNDS == 0) {
      LOGGER.warn(
          "still waiting for the store; meanwhile {}",
          control.notServing().map(reason -> "not serving: " + reason).orElse("serving"));
    }
  }

  private boolean tryJoin(Optional<FillSlots> table) {
    try {
      control.join(
          node.store(),
          node.coordinator().coordinatorSessionTimeout(),
          new BusWitnessing(node, member, WitnessService.lease(node).dividedBy(3)),
          table,
          this::askForTable);
    } catch (StoreException e) {
      if (e.reason() != StoreException.Reason.UNAVAILABLE) {
        throw e;
      }
      LOGGER.debug("not registered yet: {}", OneLine.of(e));
      return false;
    }
    witness = WitnessService.start(node, control.registration(), vouch);
    return true;
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
    if (joining != null) {
      joining.close();
    }
    WitnessService answering = witness;
    if (answering != null) {
      answering.close();
    }
    control.leave();
    if (calls != null) {
      calls.close();
    }
  }

  @Override
  public Future<?> stop() {
    if (overrides != null) {
      overrides.close();
    }
    if (warnings != null) {
      warnings.close();
    }
    KeptTable present = kept;
    if (present != null) {
      present.close();
    }
    witnesses.close();
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  /** Why the proxy does not serve now; empty if it does. */
  public Optional<String> notServing() {
    return control.notServing();
  }

  /** What is wrong although the proxy may serve, in words. */
  public List<String> warnings() {
    return Stream.concat(keptTableTrouble().stream(), witnesses.trouble().stream()).toList();
  }

  /** Whether each file that this proxy keeps can be written, by name; empty if it keeps none. */
  public Map<String, Boolean> keptFiles() {
    return tableFile == null
        ? Map.of()
        : Map.of("table", keptTableTrouble().isEmpty(), "witnesses", witnesses.trouble().isEmpty());
  }

  private Optional<String> keptTableTrouble() {
    KeptTable present = kept;
    return present == null ? Optional.empty() : present.trouble();
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
