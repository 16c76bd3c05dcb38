package io.vodis.proxy;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vodis.config.ListenAddress;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.command.CommandPolicy;
import io.vodis.proxy.command.CommandTable;
import io.vodis.proxy.control.Loops;
import io.vodis.proxy.control.ServerSurvey;
import io.vodis.proxy.control.TopomKeyMoves;
import io.vodis.proxy.info.ClusterView;
import io.vodis.proxy.info.ServerReports;
import io.vodis.proxy.learn.CommandLearner;
import io.vodis.proxy.migrate.KeyRequests;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.process.Servers;
import io.vodis.proxy.route.RouteTable;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionLimits;
import io.vodis.proxy.stats.LoopSnapshot;
import io.vodis.proxy.stats.ServerSettings;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All loops of a process, as the control plane sees them: what it is told goes to each loop as a
 * message, and what it asks comes back as one. Needs no cluster.
 */
final class DataPlane implements ProcessView, Loops {

  private static final String CLIENT_NAME = "vodis:proxy:";
  private static final long DRAIN_POLL_MILLIS = 20;

  private final Vertx vertx;
  private final String incarnation;
  private final Instant startedAt = Instant.now();
  private final List<ProxyVerticle> loops = new CopyOnWriteArrayList<>();
  private final List<String> deployments = new CopyOnWriteArrayList<>();
  private final int port;
  private final CommandLearner learner;
  private volatile CommandTable commands = CommandTable.baseline();
  private volatile String serving = "no table yet";

  private final ServerSurvey survey;
  private volatile HostAndPort address;
  private volatile ClusterView cluster;
  private volatile TopomKeyMoves topom = TopomKeyMoves.NONE;

  private DataPlane(Vertx vertx, ProxyConfig config, String incarnation, int port) {
    this.vertx = vertx;
    this.incarnation = incarnation;
    this.port = port;
    String host = config.listen().proxyAddress().host();
    this.address = new HostAndPort(host, port);
    this.cluster = ClusterView.of(List.of(address));
    ServerAccess access = ServerAccess.of(config.product());
    this.learner =
        new CommandLearner(
            new VertxRedisAdmin(vertx, access, CLIENT_NAME + incarnation + ":commands"),
            config.command().commandRefreshPeriod(),
            config.command().policy(),
            this::install);
    this.survey =
        new ServerSurvey(
            new VertxRedisAdmin(vertx, access, CLIENT_NAME + incarnation + ":survey"),
            config.server().serverSurveyTimeout());
  }

  /** Deploys the loops one after the other; all listen on one port. */
  static Future<DataPlane> start(Vertx vertx, ProxyConfig config, String incarnation) {
    ListenAddress address = config.listen().proxyAddress();
    int port;
    try {
      port = address.port() == 0 ? anyPort(address.host()) : address.port();
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
    DataPlane plane = new DataPlane(vertx, config, incarnation, port);
    int count = config.listen().loopCount();
    Future<?> deployed = Future.succeededFuture();
    for (int i = 0; i < count; i++) {
      DataLoop.Place place = new DataLoop.Place(i, count);
      deployed = deployed.compose(previous -> plane.deploy(config, address, place));
    }
    return deployed
        .map(plane)
        .onSuccess(started -> started.learner.start())
        .recover(error -> plane.undeploy().transform(done -> Future.failedFuture(error)));
  }

  /** Vert.x shares a port between servers only if it is told which. */
  private static int anyPort(String host) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(host, 0));
      return probe.getLocalPort();
    }
  }

  private Future<?> deploy(ProxyConfig config, ListenAddress address, DataLoop.Place place) {
    ProxyVerticle verticle =
        new ProxyVerticle(
            config,
            CLIENT_NAME + incarnation,
            new ListenAddress(address.host(), port),
            place,
            this);
    return vertx
        .deployVerticle(verticle, new DeploymentOptions())
        .onSuccess(
            id -> {
              deployments.add(id);
              loops.add(verticle);
            });
  }

  @Override
  public Future<Void> install(RouteTable table) {
    List<Future<Void>> drained = new ArrayList<>();
    for (ProxyVerticle loop : loops) {
      Promise<Void> confirmed = Promise.promise();
      drained.add(confirmed.future());
      loop.run(data -> data.install(table, confirmed::tryComplete));
    }
    learner.servers(table.servers());
    survey.servers(table.servers(), table.replicas());
    return Future.all(drained).mapEmpty();
  }

  /** Puts another policy about commands in force, on all loops soon. */
  void policy(CommandPolicy policy) {
    learner.policy(policy);
  }

  /** Hands a command table to every loop. */
  private void install(CommandTable table) {
    commands = table;
    loops.forEach(loop -> loop.run(data -> data.install(table)));
  }

  /** The table in force; loops may be a message behind. */
  CommandTable commands() {
    return commands;
  }

  @Override
  public void askForCommand(String name, Runnable onAnswered) {
    Context asking = vertx.getOrCreateContext();
    learner.ask(name, () -> asking.runOnContext(v -> onAnswered.run()));
  }

  @Override
  public void onServersConnected() {
    learner.wake();
    survey.refresh();
  }

  @Override
  public void leaseEndsAt(long nanos) {
    loops.forEach(loop -> loop.run(data -> data.leaseEndsAt(nanos)));
  }

  @Override
  public Future<List<int[]>> requestsBySlot() {
    return fromEach(DataLoop::requestsBySlot);
  }

  @Override
  public void serving(String words) {
    serving = words;
  }

  /** Every loop as a value. */
  Future<List<LoopSnapshot>> snapshots() {
    return fromEach(DataLoop::snapshot);
  }

  private <T> Future<List<T>> fromEach(Function<DataLoop, T> task) {
    return fromEachLater((data, answer) -> answer.accept(task.apply(data)));
  }

  private <T> Future<List<T>> fromEachLater(BiConsumer<DataLoop, Consumer<T>> task) {
    List<Future<T>> all = new ArrayList<>();
    for (ProxyVerticle loop : loops) {
      Promise<T> answer = Promise.promise();
      all.add(answer.future());
      loop.run(data -> task.accept(data, answer::complete));
    }
    return Future.all(all).map(done -> all.stream().map(Future::result).toList());
  }

  @Override
  public void ask(Consumer<List<LoopSnapshot>> onAll) {
    Context asking = vertx.getOrCreateContext();
    snapshots().onSuccess(all -> asking.runOnContext(v -> onAll.accept(all)));
  }

  @Override
  public <T> void eachLoop(Function<SessionEnvironment, T> task, Consumer<List<T>> onAll) {
    Context asking = vertx.getOrCreateContext();
    fromEach(loop -> task.apply(loop.environment()))
        .onSuccess(all -> asking.runOnContext(v -> onAll.accept(all)));
  }

  @Override
  public <T> void eachLoopLater(
      BiConsumer<SessionEnvironment, Consumer<T>> task, Consumer<List<T>> onAll) {
    Context asking = vertx.getOrCreateContext();
    Future<List<T>> answers =
        fromEachLater((loop, answer) -> task.accept(loop.environment(), answer));
    answers.onSuccess(all -> asking.runOnContext(v -> onAll.accept(all)));
  }

  @Override
  public ClusterView cluster() {
    return cluster;
  }

  @Override
  public HostAndPort address() {
    return address;
  }

  /** Where this proxy is, and all of the product that are alive. */
  void proxies(HostAndPort self, List<HostAndPort> alive) {
    List<HostAndPort> all = new ArrayList<>(alive);
    all.add(self);
    address = self;
    cluster = ClusterView.of(all);
  }

  @Override
  public Servers servers() {
    return new Servers() {
      @Override
      public ServerReports latest() {
        return survey.latest();
      }

      @Override
      public void report(Consumer<ServerReports> onReports) {
        backHere(survey.reports(), onReports);
      }

      @Override
      public void call(
          List<List<byte[]>> commands, boolean replicasToo, Consumer<List<Answer>> onAnswers) {
        backHere(survey.call(commands, replicasToo), onAnswers);
      }
    };
  }

  private <T> void backHere(CompletableFuture<T> answer, Consumer<T> onAnswer) {
    Context asking = vertx.getOrCreateContext();
    var unused = answer.thenAccept(value -> asking.runOnContext(v -> onAnswer.accept(value)));
  }

  @Override
  public KeyRequests keyRequests() {
    return (source, target, database, keys, onAnswer) -> {
      Context asking = vertx.getOrCreateContext();
      topom
          .move(source, target, database, keys)
          .map(left -> new KeyRequests.Answer(left, ""))
          .otherwise(error -> KeyRequests.Answer.unknown(keys.size(), error))
          .onSuccess(answer -> asking.runOnContext(v -> onAnswer.accept(answer)));
    };
  }

  /** From here on there is a topom to ask. */
  void topom(TopomKeyMoves moves) {
    topom = moves;
  }

  @Override
  public Instant startedAt() {
    return startedAt;
  }

  @Override
  public String incarnation() {
    return incarnation;
  }

  @Override
  public int proxyPort() {
    return port;
  }

  @Override
  public String serving() {
    return serving;
  }

  /** Puts other settings in force on every loop. */
  void apply(SessionLimits limits, ServerSettings server) {
    loops.forEach(loop -> loop.run(data -> data.environment().apply(limits, server)));
  }

  /** Puts in force what can change while the loops run. */
  void reload(ProxyConfig started, ProxyConfig fresh) {
    // The number of databases is that of the start: loops have made room for so many.
    apply(
        fresh.session().limits(started.backend().backendNumberDatabases()),
        fresh.server().settings(fresh.listen().proxyMaxClients()));
    policy(fresh.command().policy());
    loops.forEach(loop -> loop.renewCertificates(started.listen().tls()));
  }

  /** Lets sessions finish what they have begun, for at most that long, then closes everything. */
  Future<Void> close(Duration patience) {
    loops.forEach(loop -> loop.drain(patience));
    Promise<Void> drained = Promise.promise();
    awaitDrained(System.nanoTime() + patience.toNanos(), drained);
    return drained.future().eventually(this::undeploy).eventually(this::stopLearning);
  }

  private void awaitDrained(long deadlineNanos, Promise<Void> drained) {
    snapshots()
        .onComplete(
            all -> {
              boolean empty =
                  all.failed() || all.result().stream().allMatch(l -> l.sessions() == 0);
              if (empty || System.nanoTime() - deadlineNanos >= 0) {
                drained.complete();
              } else {
                vertx.setTimer(DRAIN_POLL_MILLIS, id -> awaitDrained(deadlineNanos, drained));
              }
            });
  }

  /** Its calls to servers may take a moment to end. */
  private Future<Void> stopLearning() {
    return vertx.executeBlocking(
        () -> {
          learner.close();
          survey.close();
          return null;
        });
  }

  private Future<Void> undeploy() {
    List<Future<Void>> undeployed = new ArrayList<>();
    deployments.forEach(id -> undeployed.add(vertx.undeploy(id)));
    return Future.all(undeployed).mapEmpty();
  }
}
