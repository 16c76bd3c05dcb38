package io.vodis.topom.election;

import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply;
import io.vodis.bus.TopomCommand;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Server;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.ServerStatus;
import io.vodis.store.StoreException;
import io.vodis.topom.TopomException;
import io.vodis.topom.audit.Auditor;
import io.vodis.topom.audit.Caller;
import io.vodis.topom.census.CensusTaker;
import io.vodis.topom.census.Fsck;
import io.vodis.topom.census.Inspection;
import io.vodis.topom.census.LoadSampler;
import io.vodis.topom.census.StraySampler;
import io.vodis.topom.dump.DumpMover;
import io.vodis.topom.dump.DumpServers;
import io.vodis.topom.migrate.RequestedMoves;
import io.vodis.topom.migrate.SlotActions;
import io.vodis.topom.migrate.SlotWork;
import io.vodis.topom.mover.MoverUsers;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.promote.CandidateRanking;
import io.vodis.topom.promote.GroupPromotions;
import io.vodis.topom.promote.PromotionWork;
import io.vodis.topom.reconcile.RoleReconciler;
import io.vodis.topom.resync.ProxyWarnings;
import io.vodis.topom.resync.ServingProxies;
import io.vodis.topom.resync.StrangerConnections;
import io.vodis.topom.resync.TableResync;
import io.vodis.topom.sweep.MigrationSettings;
import io.vodis.topom.sweep.SlotMigrator;
import io.vodis.topom.sweep.SweepSpeed;
import io.vodis.topom.term.LeaderTopology;
import io.vodis.topom.term.Term;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that runs while this topom leads: made for one term, and ended with it. */
public final class LeaderServices implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(LeaderServices.class);
  private static final Duration AUDIT_PERIOD = Duration.ofMinutes(1);
  private static final Duration LOAD_SAMPLE_LENGTH = Duration.ofSeconds(5);
  private static final Duration STRANGERS_TIMEOUT = Duration.ofSeconds(1);

  private final TopomContext context;
  private final Term term;
  private final RedisAdmin admin;
  private final RedisAdmin sweepAdmin;
  private final RedisAdmin copyAdmin;
  private final LeaderTopology topology;
  private final TableResync resync;
  private final DumpMover dumps;
  private final RedisAdmin dumpAdmin;
  private final MoverUsers users;
  private final SlotActions actions;
  private final RequestedMoves requestedMoves;
  private final GroupPromotions promotions;
  private final RoleReconciler reconciler;
  private final Periodic trimmer;
  private final Inspection inspection;
  private final LoadSampler load;
  private final ProxyWarnings warnings;
  private final LeaderBus.Serving commands;

  /** Takes over: reads the store, and goes on with what is unfinished there. */
  LeaderServices(TopomContext context, Term term) {
    this.context = context;
    this.term = term;
    Clock clock = context.clock();
    warnings = new ProxyWarnings(clock);
    String name = StrangerConnections.topomName(term.number());
    admin = context.redisAdmins().apply(name);
    sweepAdmin = context.redisAdmins().apply(StrangerConnections.sweepName(term.number()));
    dumpAdmin = context.redisAdmins().apply(StrangerConnections.dumpName(term.number()));
    copyAdmin = context.redisAdmins().apply(StrangerConnections.copyName(term.number()));
    Supplier<List<Member>> liveProxies =
        new ServingProxies(context.store(), term.leadership(), context.bus()::askWitness);
    resync = new TableResync(term.number(), liveProxies, context.bus()::sendTable, clock);
    topology = new LeaderTopology(context.store(), term.leadership(), this::onCommit);
    StrangerConnections strangers = new StrangerConnections(admin, liveProxies, term.number());
    MigrationLimits limits = context.config().migration().limits();
    dumps = dumpMover(strangers);
    users =
        new MoverUsers(
            term,
            topology,
            context.redisAdmins().apply(StrangerConnections.usersName(term.number())),
            ServerAccess.of(context.config().product()),
            strangers);
    SlotWork work =
        new SlotWork(
            term,
            topology,
            resync,
            strangers,
            admin,
            copyAdmin,
            migrator(sweepAdmin),
            dumps,
            users,
            clock,
            limits,
            context.config().migration().migrationFenceMax());
    actions = new SlotActions(work, context.movedKeys());
    requestedMoves = new RequestedMoves(work);
    reconciler = new RoleReconciler(term, topology, admin, users, clock);
    promotions =
        new GroupPromotions(
            new PromotionWork(
                term,
                topology,
                resync,
                strangers,
                admin,
                users,
                clock,
                groupId -> actions.isRunning(groupId) || requestedMoves.isRunning(groupId),
                reconciler::dataOf,
                context.config().promotion().promotionFenceMax()));
    resync.publish(topology.current());
    resync.start();
    promotions.start();
    actions.start();
    reconciler.start();
    inspection = inspection(name);
    load =
        new LoadSampler(
            term.number(), liveProxies, context.bus()::countRequests, LOAD_SAMPLE_LENGTH);
    trimmer = Periodic.start("topom-audit", AUDIT_PERIOD, this::trimAudit);
    commands = context.bus().serve(this::onCommand);
  }

  public Term term() {
    return term;
  }

  public LeaderTopology topology() {
    return topology;
  }

  public RedisAdmin admin() {
    return admin;
  }

  /** How much each slot is used. */
  public LoadSampler load() {
    return load;
  }

  public TableResync resync() {
    return resync;
  }

  public SlotActions actions() {
    return actions;
  }

  public Inspection inspection() {
    return inspection;
  }

  public GroupPromotions promotions() {
    return promotions;
  }

  public RoleReconciler reconciler() {
    return reconciler;
  }

  /** What is wrong with proxies although they serve, by incarnation. */
  public Map<String, List<String>> warnings() {
    return warnings.present();
  }

  /** The store says that members or rows may have changed. */
  void onStoreChange() {
    resync.membersChanged();
  }

  @Override
  public void close() {
    term.end();
    commands.close();
    resync.close();
    actions.close();
    promotions.close();
    reconciler.close();
    trimmer.close();
    inspection.close();
    sweepAdmin.close();
    copyAdmin.close();
    dumps.close();
    dumpAdmin.close();
    users.close();
    admin.close();
  }

  private static SweepSpeed speed(MigrationLimits limits) {
    return new SweepSpeed(limits.maxBlock(), limits.keysPerSecond());
  }

  private void onCommit(Topology committed) {
    resync.publish(committed);
    actions.wake();
  }

  private DumpMover dumpMover(StrangerConnections strangers) {
    return new DumpMover(
        new DumpServers(
            admin,
            dumpAdmin,
            StrangerConnections.dumpName(term.number()),
            server -> strangers.end(server, Set.of(), STRANGERS_TIMEOUT),
            term::confirm,
            this::isPrimary,
            context.clock()));
  }

  private boolean isPrimary(HostAndPort server) {
    Topology now = topology.current();
    return now.groups().keySet().stream()
        .anyMatch(groupId -> now.primaryOf(groupId).filter(server::equals).isPresent());
  }

  private BusReply onCommand(TopomCommand command) {
    if (command instanceof TopomCommand.MoveKeys keys) {
      return requestedMoves.move(keys);
    }
    if (!term.isCurrent()) {
      throw BusFailure.NOT_LEADER.asException("term " + term.number() + " is over");
    }
    switch (command) {
      case TopomCommand.ResyncProxy proxy -> resync.resync(proxy.incarnation());
      case TopomCommand.FailoverGroup failover -> failOver(failover);
      case TopomCommand.ReportOverride override -> writeDown(override);
      case TopomCommand.ReportWarnings report -> warnings.onReport(report);
      case TopomCommand.MoveKeys keys -> throw new IllegalStateException("not reached: " + keys);
    }
    return new BusReply.Accepted(term.number(), topology.current().epoch());
  }

  private void writeDown(TopomCommand.ReportOverride override) {
    Caller caller = new Caller(override.actor(), override.origin());
    String plan = "proxy " + override.token() + " at " + override.at();
    try {
      topology.change(
          now -> new Auditor(context.clock(), caller).outcome(override.action(), plan, "done"));
    } catch (StoreException e) {
      throw BusFailure.BUSY.asException(String.valueOf(e.getMessage()));
    }
  }

  private void failOver(TopomCommand.FailoverGroup command) {
    LOGGER.info(
        "group {}: {} is reported down by {} ha members: {}",
        command.groupId(),
        command.primary(),
        command.observers().size(),
        command.evidence());
    Optional<HostAndPort> candidate = candidate(command.groupId());
    if (candidate.isEmpty()) {
      throw BusFailure.BUSY.asException(
          "group " + command.groupId() + " has no replica that can be promoted");
    }
    try {
      promotions.failOver(command.groupId(), command.primary(), candidate.get(), auditor(command));
    } catch (TopomException e) {
      throw BusFailure.STALE_EPOCH.asException(String.valueOf(e.getMessage()));
    } catch (StoreException e) {
      throw (e.reason() == StoreException.Reason.NOT_LEADER
              ? BusFailure.NOT_LEADER
              : BusFailure.BUSY)
          .asException(String.valueOf(e.getMessage()));
    }
  }

  private Auditor auditor(TopomCommand.FailoverGroup command) {
    String origin = String.join(" ", command.observers()) + ": " + command.evidence();
    return new Auditor(context.clock(), new Caller("ha", origin));
  }

  /** With connections of its own: its transactions must not meet those of a sweep. */
  private Inspection inspection(String name) {
    RedisAdmin own = context.redisAdmins().apply(name);
    return new Inspection(
        term,
        own,
        new CensusTaker(own, topology::current, context.clock()),
        new Fsck(own, migrator(own), topology::current),
        new StraySampler(own, topology::current, context.samples()));
  }

  private SlotMigrator migrator(RedisAdmin by) {
    MigrationLimits limits = context.config().migration().limits();
    return new SlotMigrator(
        by,
        new MigrationSettings(
            context.config().migration().migrationBigKeyBytes().bytes(),
            context.config().migration().migrationTimeout(),
            context.config().migration().migrationPinnedKeysMax(),
            context.config().migration().migrationKnownKeysBytes().bytes(),
            context.config().migration().migrationDumpMaxBytes().bytes(),
            ServerAccess.of(context.config().product()),
            context.config().codis().settings(),
            context.config().migration().migrationThroughTopom()),
        context.clock(),
        () -> speed(limits.under(topology.current().control())),
        dumps);
  }

  private void trimAudit() {
    if (term.isCurrent()) {
      try {
        context.store().trimAudit(context.config().admin().auditEntriesMax());
      } catch (StoreException e) {
        LOGGER.debug("the audit log is not trimmed now: {}", e.getMessage());
      }
    }
  }

  /** Only to know that there is one, before anything is fenced; it is chosen anew after. */
  private Optional<HostAndPort> candidate(int groupId) {
    Map<HostAndPort, ServerStatus> answers = reconciler.answering();
    List<ServerStatus> replicas =
        topology.current().group(groupId).map(Group::replicas).orElse(List.of()).stream()
            .map(Server::address)
            .filter(answers::containsKey)
            .map(answers::get)
            .toList();
    return topology
        .current()
        .primaryOf(groupId)
        .flatMap(primary -> CandidateRanking.best(replicas, reconciler.dataOf(primary)))
        .map(ServerStatus::server);
  }
}
