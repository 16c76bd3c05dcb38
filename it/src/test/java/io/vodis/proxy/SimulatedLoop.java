package io.vodis.proxy;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.Connector;
import io.vodis.proxy.info.ClusterView;
import io.vodis.proxy.info.ServerReports;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.process.Servers;
import io.vodis.proxy.route.RouteTable;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.stats.LoopSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** A data loop of the product, in the hands of a simulation. */
public final class SimulatedLoop {

  private final DataLoop loop;

  /**
   * A loop without a table and without a lease.
   *
   * @param replicaWait as {@code slot_pull_replica_wait}
   */
  public SimulatedLoop(
      Duration replicaWait,
      String incarnation,
      int index,
      int count,
      Executor eventLoop,
      Connector connector,
      LongSupplier nanoTime,
      RandomGenerator random) {
    loop =
        new DataLoop(
            config(replicaWait),
            "vodis:proxy:" + incarnation,
            new DataLoop.Place(index, count),
            new DataLoop.Rim(eventLoop, connector, nanoTime, random, new NoProcess()));
  }

  /** The defaults, but a server that is silent is given up sooner, so that runs can be short. */
  private static ProxyConfig config(Duration replicaWait) {
    ProxyConfig defaults = ProxyConfig.defaults();
    BackendConfig backend = defaults.backend();
    SlotConfig slot = defaults.slot();
    return new ProxyConfig(
        defaults.product(),
        defaults.coordinator(),
        defaults.log(),
        defaults.listen(),
        defaults.session(),
        new BackendConfig(
            1,
            backend.backendConnectTimeout(),
            Duration.ofSeconds(4),
            backend.backendSendTimeout(),
            Duration.ofSeconds(1),
            backend.backendMaxPipeline(),
            backend.backendMaxOutput(),
            backend.backendMaxDedicated(),
            backend.backendMaxExclusive(),
            backend.backendKeepalivePeriod()),
        new SlotConfig(
            slot.slotWaitTimeout(),
            slot.slotWaitMaxRequests(),
            slot.slotWaitMaxBytes(),
            slot.slotPullMaxKeys(),
            slot.slotPullTimeout(),
            replicaWait,
            slot.slotCrossCommands()),
        defaults.command(),
        defaults.server(),
        defaults.pubsub(),
        defaults.isolation());
  }

  /** A session that waits for its connection. */
  public RespSocket begin() {
    return loop.begin().socket();
  }

  public void install(RouteTable table, Runnable onDrained) {
    loop.install(table, onDrained);
  }

  public void leaseEndsAt(long nanos) {
    loop.leaseEndsAt(nanos);
  }

  public void tick() {
    loop.tick();
  }

  public void tickSessions() {
    loop.tickSessions();
  }

  public void close() {
    loop.close();
  }

  /** What commands about the whole process would ask; none is given here. */
  private static final class NoProcess implements ProcessView {

    @Override
    public io.vodis.proxy.migrate.KeyRequests keyRequests() {
      return (source, target, database, keys, onAnswer) -> {
        throw new IllegalStateException("there is no topom to ask");
      };
    }

    @Override
    public void askForCommand(String name, Runnable onAnswered) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    public void onServersConnected() {}

    @Override
    public void ask(Consumer<List<LoopSnapshot>> onAll) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> void eachLoop(Function<SessionEnvironment, T> task, Consumer<List<T>> onAll) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> void eachLoopLater(
        BiConsumer<SessionEnvironment, Consumer<T>> task, Consumer<List<T>> onAll) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ClusterView cluster() {
      return ClusterView.of(List.of(address()));
    }

    @Override
    public HostAndPort address() {
      return new HostAndPort("proxy", 1);
    }

    @Override
    public Servers servers() {
      return new Servers() {
        @Override
        public ServerReports latest() {
          return ServerReports.NONE;
        }

        @Override
        public void report(Consumer<ServerReports> onReports) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void call(
            List<List<byte[]>> commands, boolean replicasToo, Consumer<List<Answer>> onAnswers) {
          throw new UnsupportedOperationException();
        }
      };
    }

    @Override
    public Instant startedAt() {
      return Instant.EPOCH;
    }

    @Override
    public String incarnation() {
      return "simulated";
    }

    @Override
    public int proxyPort() {
      return 1;
    }

    @Override
    public String serving() {
      return "simulated";
    }
  }
}
