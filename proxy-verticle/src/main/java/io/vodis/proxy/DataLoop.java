package io.vodis.proxy;

import io.vertx.core.net.NetSocket;
import io.vodis.proxy.backend.BackendEnvironment;
import io.vodis.proxy.backend.BackendLimits;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.BackendView;
import io.vodis.proxy.backend.BusyServers;
import io.vodis.proxy.backend.Connector;
import io.vodis.proxy.blocking.Blocking;
import io.vodis.proxy.codis.AddressedCommands;
import io.vodis.proxy.codis.SlotsCommands;
import io.vodis.proxy.command.CommandTable;
import io.vodis.proxy.command.KeyLocator;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.command.TableBuilder;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.LostConnections;
import io.vodis.proxy.dispatch.TableWait;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.groups.GroupCommands;
import io.vodis.proxy.groups.ScriptCommands;
import io.vodis.proxy.local.AclCommands;
import io.vodis.proxy.local.ClientCommands;
import io.vodis.proxy.local.ClusterCommands;
import io.vodis.proxy.local.CommandLogCommands;
import io.vodis.proxy.local.ConfigCommands;
import io.vodis.proxy.local.ConnectionCommands;
import io.vodis.proxy.local.InfoCommand;
import io.vodis.proxy.local.LatencyCommands;
import io.vodis.proxy.local.MemoryCommands;
import io.vodis.proxy.local.ServerCommands;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.migrate.MoverEnvironment;
import io.vodis.proxy.migrate.PullLines;
import io.vodis.proxy.monitor.Monitors;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.pubsub.PubSubCommands;
import io.vodis.proxy.pubsub.SubscribeCommands;
import io.vodis.proxy.pubsub.Subscribers;
import io.vodis.proxy.request.RequestRouter;
import io.vodis.proxy.request.UnknownCommands;
import io.vodis.proxy.route.RouteTable;
import io.vodis.proxy.script.ScriptSender;
import io.vodis.proxy.script.ScriptStore;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionGate;
import io.vodis.proxy.session.SessionLimits;
import io.vodis.proxy.session.SessionRegistry;
import io.vodis.proxy.stats.CommandLogs;
import io.vodis.proxy.stats.ListenerView;
import io.vodis.proxy.stats.LoopSnapshot;
import io.vodis.proxy.stats.LoopStats;
import io.vodis.proxy.tracking.TrackingCommands;
import io.vodis.proxy.tracking.Trackings;
import io.vodis.proxy.transaction.Transactions;
import io.vodis.redis.ServerAccess;
import io.vodis.resp.RespLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Everything one event loop has: nothing of it is touched by another thread. */
final class DataLoop {

  /** Where a loop stands among the others. */
  record Place(int index, int count) {}

  /**
   * What a loop needs of the world.
   *
   * @param eventLoop runs what is given to it after the present task, one at a time
   * @param nanoTime monotonic
   */
  record Rim(
      Executor eventLoop,
      Connector connector,
      LongSupplier nanoTime,
      RandomGenerator random,
      ProcessView process) {}

  private final LoopClock clock;
  private final BackendPool pool;
  private final PullLines mover;
  private final Dispatcher dispatcher;
  private final Subscribers subscribers;
  private final Monitors monitors;
  private final Trackings trackings;
  private final SessionEnvironment environment;
  private final Place place;
  private final Blocking blocking;
  private final Refusal refusal = new Refusal();
  private final ProcessView process;
  private final LiveCommands commands;
  private final UnknownCommands unknownCommands;
  private long connectsSeen;
  private boolean draining;

  DataLoop(ProxyConfig config, String clientName, Place place, Rim rim) {
    process = rim.process();
    clock = new LoopClock(rim.nanoTime());
    FlushQueue flushes = new FlushQueue(rim.eventLoop(), clock);
    CopyRun copies = new CopyRun();
    LostConnections lost = new LostConnections(Integer.toString(place.index()), copies);
    SessionLimits limits = config.session().limits(config.backend().backendNumberDatabases());
    BusyServers busyServers = new BusyServers();
    busyServers.tell(
        (server, reply) ->
            process.eachLoop(
                each -> {
                  each.busyServers().learn(server, reply);
                  return true;
                },
                all -> {}));
    ServerAccess access = ServerAccess.of(config.product());
    BackendEnvironment backends =
        new BackendEnvironment(
            config.backend().limits(access, clientName),
            RespLimits.defaults(),
            clock,
            flushes,
            copies,
            rim.connector(),
            this::onRoom,
            busyServers,
            lost);
    pool = new BackendPool(limits.databaseCount(), backends);
    mover = mover(config, clientName + ":pull:" + place.index(), backends, rim.random());
    dispatcher = new Dispatcher(clock, flushes, pool, mover, copies, config.slot().limits(), lost);
    subscribers =
        new Subscribers(dispatcher, backends, config.pubsub().limits(place.count(), config.slot()));
    commands =
        new LiveCommands(
            TableBuilder.build(CommandTable.baseline(), List.of(), config.command().policy())
                .table());
    LoopStats stats = new LoopStats(commands.table().size());
    unknownCommands = new UnknownCommands(process, clock, config.command().limits());
    KeyLocator locator = new KeyLocator(limits.databaseCount());
    LoopSettings settings =
        new LoopSettings(limits, config.server().settings(config.listen().proxyMaxClients()));
    CommandHandlers handlers = new CommandHandlers();
    new ConnectionCommands(process, settings, dispatcher, busyServers).addTo(handlers);
    new ClientCommands(process).addTo(handlers);
    new ServerCommands(process, commands, locator).addTo(handlers);
    new InfoCommand(process, commands, settings).addTo(handlers);
    new ConfigCommands(process, commands, settings).addTo(handlers);
    new CommandLogCommands(process, settings).addTo(handlers);
    new LatencyCommands(process, commands).addTo(handlers);
    new MemoryCommands(process).addTo(handlers);
    new ClusterCommands(process, settings).addTo(handlers);
    new AclCommands(process, commands, settings).addTo(handlers);
    SessionRegistry sessions =
        new SessionRegistry(
            place.index(), place.count(), RespSocket.memoryBytesMax() / 3 / place.count());
    SessionGate gate = new SessionGate(sessions);
    blocking =
        new Blocking(
            locator,
            process,
            stats,
            dispatcher,
            config.slot().slotCrossCommands(),
            config.slot().slotWaitTimeout().toNanos());
    blocking.addTo(handlers);
    ScriptStore scripts = new ScriptStore(config.command().commandScriptCache().bytes());
    ScriptSender scriptSender = new ScriptSender(scripts, copies);
    GroupCalls groupCalls = new GroupCalls(dispatcher, copies, limits.maxOutputBytes());
    ScriptCommands scriptCommands =
        new ScriptCommands(scripts, scriptSender, process, clock, dispatcher, groupCalls);
    CrossSlot crossSlot = config.slot().slotCrossCommands();
    Transactions transactions =
        new Transactions(locator, handlers, dispatcher, crossSlot, scriptCommands);
    transactions.addTo(handlers);
    new SubscribeCommands(subscribers).addTo(handlers);
    new PubSubCommands(subscribers, pool).addTo(handlers);
    monitors =
        new Monitors(
            process,
            gate,
            clock,
            flushes,
            copies,
            subscribers.limits(),
            config.pubsub().monitorMaxClients());
    monitors.addTo(handlers);
    new GroupCommands(dispatcher, clock, groupCalls, scriptCommands).addTo(handlers);
    new SlotsCommands(dispatcher, clock, groupCalls).addTo(handlers);
    new AddressedCommands(dispatcher, clock, groupCalls, settings).addTo(handlers);
    trackings =
        new Trackings(
            dispatcher,
            backends,
            subscribers.limits(),
            limits.databaseCount(),
            clientShare(config.pubsub().trackingMaxClients(), place),
            process,
            sessions);
    new TrackingCommands(trackings).addTo(handlers);
    environment =
        new SessionEnvironment(
            settings,
            clock,
            flushes,
            copies,
            dispatcher,
            commands,
            locator,
            stats,
            sessions,
            gate,
            new CommandLogs(place.index(), place.count(), settings.server().commandLog()),
            monitors,
            scripts,
            scriptSender,
            busyServers,
            new RequestRouter(
                locator,
                dispatcher,
                copies,
                stats,
                handlers,
                crossSlot,
                unknownCommands,
                gate,
                transactions,
                scriptCommands,
                new TableWait(dispatcher, clock)));
    environment.apply(limits, settings.server());
    this.place = place;
  }

  private PullLines mover(
      ProxyConfig config, String clientName, BackendEnvironment backends, RandomGenerator random) {
    BackendLimits limits = backends.limits().withClientName(clientName);
    long timeoutMillis = config.slot().slotPullTimeout().toMillis();
    BackendEnvironment own =
        new BackendEnvironment(
            limits.withRecvTimeout(
                Math.min(limits.recvTimeoutNanos(), 5 * timeoutMillis * 1_000_000)),
            backends.respLimits(),
            clock,
            backends.flushes(),
            backends.copies(),
            backends.connector(),
            () -> {},
            new BusyServers(),
            null);
    return new PullLines(
        new MoverEnvironment(
            new BackendPool(config.backend().backendNumberDatabases(), own),
            clock,
            own.flushes(),
            own.copies(),
            clientName,
            limits.access(),
            process.keyRequests(),
            config.slot().slotPullMaxKeys(),
            timeoutMillis,
            config.slot().slotPullReplicaWait().toMillis(),
            config.slot().slotWaitTimeout().toNanos(),
            random));
  }

  /** Connections are dealt out in turn, so each loop may have its share, rounded up. */
  private static int clientShare(int maxClients, Place place) {
    return maxClients == 0
        ? Integer.MAX_VALUE
        : (maxClients + place.count() - 1 - place.index()) / place.count();
  }

  private void onRoom() {
    environment.flushes().resume(dispatcher::wakeStalled);
  }

  /** Begins a session on an accepted connection. */
  void accept(NetSocket socket) {
    if (draining) {
      socket.close();
      return;
    }
    int maxClients = clientShare(environment.settings().server().maxClients(), place);
    if (environment.sessions().size() >= maxClients) {
      environment.stats().rejected();
      refusal.send(socket, maxClients);
    } else {
      begin().socket().attach(socket, environment.settings().limits().keepAliveSeconds());
    }
  }

  /** A session without a connection yet. */
  Session begin() {
    return new Session(environment);
  }

  /** The lease now ends then; a moment in the past ends it. */
  void leaseEndsAt(long nanos) {
    clock.refresh();
    clock.leaseEndsAt(nanos);
  }

  /** Puts a table in force; {@code onDrained} when no request is on a replaced route. */
  void install(RouteTable table, Runnable onDrained) {
    clock.refresh();
    dispatcher.install(table, onDrained);
  }

  /** From here on requests are looked up in that table. */
  void install(CommandTable table) {
    clock.refresh();
    environment.stats().growTo(table.size());
    commands.install(table);
    unknownCommands.onTable();
  }

  /** Periodic care of connections and of what waits. */
  void tick() {
    long now = clock.refresh();
    pool.tick(now);
    mover.tick(now);
    dispatcher.tick(now);
    subscribers.tick(now);
    monitors.tick(now);
    blocking.tick(now);
    trackings.tick(now);
    unknownCommands.tick(now);
    environment.gate().tick(now);
  }

  /** Rarer care: sessions. */
  void tickSessions() {
    long now = clock.refresh();
    for (Session session : environment.sessions().all()) {
      session.tick(now);
    }
    environment.stats().sampleRates();
    reportConnects();
  }

  /** A server that has been connected to anew may be another than it was. */
  private void reportConnects() {
    long[] connects = {0};
    pool.forEach(backend -> connects[0] += backend.connects());
    if (connects[0] != connectsSeen) {
      connectsSeen = connects[0];
      process.onServersConnected();
    }
  }

  /** What its sessions share, for tasks that every loop is given. */
  SessionEnvironment environment() {
    return environment;
  }

  int[] requestsBySlot() {
    return dispatcher.requestsBySlot();
  }

  /** This loop as a value. */
  LoopSnapshot snapshot() {
    LoopStats copy = new LoopStats(commands.table().size());
    environment.stats().addTo(copy);
    List<BackendView> backends = new ArrayList<>();
    pool.forEach(backend -> backends.add(BackendView.of(backend)));
    clock.refresh();
    return new LoopSnapshot(
        copy,
        environment.stats().rates(),
        environment.sessions().size(),
        backends,
        dispatcher.view(),
        new ListenerView(
            subscribers.size(),
            monitors.size(),
            trackings.size(),
            subscribers.messages(),
            subscribers.cut() + monitors.cut() + trackings.cut(),
            subscribers.lost()),
        dispatcher.table().epoch(),
        clock.leased());
  }

  /** Takes no new requests; sessions end as their last replies leave. */
  void drain() {
    draining = true;
    environment.sessions().all().forEach(Session::drain);
  }

  void close() {
    environment.sessions().all().forEach(session -> session.socket().close());
    mover.close();
    pool.close("the proxy is stopping");
  }
}
