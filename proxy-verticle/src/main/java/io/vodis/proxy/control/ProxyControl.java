package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusReply.RequestCounts;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.bus.ProxyCommand;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.OneLine;
import io.vodis.model.Member;
import io.vodis.model.Topology;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One proxy as a member of the product: takes tables, keeps its lease, asks for a table when it has
 * none. Knows neither bus nor store clients, only what they bring.
 */
public final class ProxyControl {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProxyControl.class);

  private final Member member;
  private final Clock clock;
  private final Loops loops;
  private final Executor context;
  private final Permission permission;
  private final TableKeeper tables;
  private final KeptWitnesses witnesses;
  private @Nullable StandIn standIn;
  private @Nullable Registration registration;
  private @Nullable LeaseKeeper leases;
  private @Nullable ResyncCaller resync;
  private @Nullable OutageLease outage;

  /**
   * A proxy that is not a member yet.
   *
   * @param context on which {@link #handle} is called; runs one task at a time
   * @param keep is given each table that a leader has sent
   */
  public ProxyControl(
      Member member,
      Loops loops,
      Clock clock,
      OnIsolation onIsolation,
      Executor context,
      Consumer<FillSlots> keep) {
    this(member, loops, clock, onIsolation, context, keep, KeptWitnesses.none());
  }

  /** The same; this proxy also keeps for its successor who may vouch for it. */
  ProxyControl(
      Member member,
      Loops loops,
      Clock clock,
      OnIsolation onIsolation,
      Executor context,
      Consumer<FillSlots> keep,
      KeptWitnesses witnesses) {
    this.member = member;
    this.clock = clock;
    this.loops = loops;
    this.context = context;
    this.permission = new Permission(loops, clock, onIsolation);
    this.witnesses = witnesses;
    this.tables =
        new TableKeeper(
            member.incarnation(), loops, permission::onTable, keep, witnesses::acknowledging);
  }

  /** What the leader sends. */
  public Future<? extends BusReply> handle(ProxyCommand command) {
    return switch (command) {
      case ProxyCommand.FillSlots table -> tables.onFillSlots(table);
      case ProxyCommand.CountRequests count ->
          loops.requestsBySlot().map(all -> new RequestCounts(member.incarnation(), sum(all)));
    };
  }

  /** Each loop's count may have overflowed; the sum is one modulo 2^32, too. */
  private static List<Long> sum(List<int[]> loops) {
    List<Long> sums = new ArrayList<>(Topology.SLOT_COUNT);
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      int sum = 0;
      for (int[] counts : loops) {
        sum += counts[slot];
      }
      sums.add(Integer.toUnsignedLong(sum));
    }
    return sums;
  }

  /**
   * The store is away. The kept table is put in force, fenced: it is served only while enough of
   * those vouch whom the process before this one has named, or as the configuration or an operator
   * says. Until {@link #join} has succeeded.
   *
   * @param ask one of them, without the bus
   * @param lease for how long they are asked to vouch
   */
  void beginWithoutStore(
      Optional<FillSlots> kept,
      BiFunction<Member, VouchQuery, Future<Vouched>> ask,
      Duration lease) {
    String reason;
    WitnessRecord.Statement left = witnesses.left().orElse(null);
    if (kept.isEmpty()) {
      reason = "there is no kept table";
    } else if (left == null) {
      reason =
          "the kept table cannot be confirmed, as the process before this one had left in order,"
              + " was killed while slots moved, or had nobody to vouch for it";
    } else if (left.epoch() != kept.get().epoch()) {
      reason = "the kept table is of epoch " + kept.get().epoch() + ", not " + left.epoch();
    } else {
      reason = "";
    }
    if (kept.isPresent()) {
      FillSlots table = kept.get();
      LOGGER.info("begins with the kept table of epoch {}, not confirmed yet", table.epoch());
      context.execute(
          () -> {
            tables.onKept(table);
            permission.onStandIn(clock.nanoTime(), Duration.ZERO, table.epoch());
          });
      if (left != null && reason.isEmpty()) {
        standIn =
            new StandIn(
                left.witnesses(),
                ask,
                clock,
                lease,
                (sentNanos, length) ->
                    context.execute(() -> permission.onStandIn(sentNanos, length, table.epoch())));
      }
    }
    StandIn present = standIn;
    context.execute(
        () ->
            permission.waitsFor(
                () ->
                    "the store has not answered since the start; "
                        + (present == null ? reason : present.state())));
  }

  /**
   * Joins the product: from here on the leader waits for this proxy, and it renews its lease.
   * Blocks.
   *
   * @param witnessing the other members, for store outages; null to be fenced in each
   * @param kept the last table of an earlier process, if there was one
   * @param askForTable asks the leader once; blocks, and throws {@link
   *     io.vertx.core.eventbus.ReplyException} if there is none
   */
  public void join(
      TopologyStore store,
      Duration sessionTimeout,
      @Nullable Witnessing witnessing,
      Optional<FillSlots> kept,
      Runnable askForTable) {
    Registration registered = store.register(member);
    registration = registered;
    long registeredEpoch = registered.registeredEpoch();
    context.execute(() -> permission.onRegistered(registeredEpoch));
    leases =
        new LeaseKeeper(
            registered, sessionTimeout, grant -> context.execute(() -> permission.onGrant(grant)));
    if (witnessing != null) {
      outage =
          new OutageLease(
              registered,
              witnessing,
              witnesses,
              clock,
              sessionTimeout.multipliedBy(2).dividedBy(3),
              (sentNanos, length) ->
                  context.execute(() -> permission.onVouched(sentNanos, length)));
    }
    kept.ifPresent(table -> beginWith(table, store));
    if (standIn != null) {
      standIn.close();
    }
    resync = new ResyncCaller(permission::needsTable, askForTable);
  }

  /**
   * No leader is needed for a table that the store confirms. From its registration on this proxy is
   * waited for, so that nothing can change between the reading of the store and the first request
   * without its knowing.
   */
  private void beginWith(FillSlots table, TopologyStore store) {
    try {
      if (TableCheck.isCurrent(table, store.load())) {
        context.execute(() -> tables.onConfirmed(table));
        witnesses.tableKept(table.epoch());
      } else {
        LOGGER.info("the kept table of epoch {} is not that of the store", table.epoch());
        context.execute(tables::discardKept);
      }
    } catch (StoreException e) {
      LOGGER.info("the kept table cannot be confirmed: {}", OneLine.of(e));
    }
  }

  /** The configuration has changed. */
  public void onIsolation(OnIsolation latest) {
    context.execute(() -> permission.onIsolation(latest));
  }

  /** An operator lets it serve its table for so long whether the store answers or not. */
  public void serveAlone(Duration length) {
    context.execute(() -> permission.serveAlone(length));
  }

  /** Its place among the members; once it has joined. */
  Registration registration() {
    return java.util.Objects.requireNonNull(registration);
  }

  /** Leaves the product: the leader need not wait for this proxy any more. Blocks. */
  public void leave() {
    if (standIn != null) {
      standIn.close();
    }
    if (resync != null) {
      resync.close();
    }
    boolean storeIsLost = false;
    if (outage != null) {
      storeIsLost = outage.isStoreLost();
      outage.close();
    }
    if (leases != null) {
      leases.close();
    }
    if (registration != null && witnesses.leave(storeIsLost)) {
      registration.close();
    }
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
