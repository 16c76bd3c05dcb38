package io.vodis.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.info.ClusterView;
import io.vodis.proxy.info.ServerReports;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.process.Servers;
import io.vodis.proxy.route.RouteTable;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.stats.LoopSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/** One data loop whose sockets, time and loop iterations are the test's. */
final class LoopFixture implements AutoCloseable {

  static final HostAndPort LOWER = new HostAndPort("lower", 1);
  static final HostAndPort UPPER = new HostAndPort("upper", 2);

  private record Attempt(RespSocket socket, Consumer<Throwable> onFailure) {}

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final Map<HostAndPort, ArrayDeque<Attempt>> attempts = new HashMap<>();
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private long now = 1_000_000_000L;
  private long epoch;
  final DataLoop loop;

  LoopFixture(ProxyConfig config) {
    loop =
        new DataLoop(
            config,
            "vodis:proxy:test",
            new DataLoop.Place(0, 1),
            new DataLoop.Rim(
                tasks::add,
                (server, socket, onFailure) ->
                    attempts
                        .computeIfAbsent(server, s -> new ArrayDeque<>())
                        .add(new Attempt(socket, onFailure)),
                () -> now,
                new SplittableRandom(1),
                new NoProcess()));
    loop.leaseEndsAt(now + Duration.ofHours(1).toNanos());
    install(serving(LOWER), serving(UPPER));
  }

  static SlotRoute serving(HostAndPort server) {
    return new SlotRoute.Serving(server, List.of());
  }

  void install(SlotRoute low, SlotRoute high) {
    epoch++;
    loop.install(
        new RouteTable(epoch, List.of(new SlotRange(0, 511, low), new SlotRange(512, 1023, high))),
        () -> {});
    iterate();
  }

  /** Runs everything the loop has put off, as its event loop would. */
  void iterate() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  void pass(Duration time) {
    now += time.toNanos();
  }

  EmbeddedChannel session() {
    Session session = loop.begin();
    EmbeddedChannel channel = channel();
    session.socket().attach(channel, null);
    return channel;
  }

  private EmbeddedChannel channel() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channels.add(channel);
    return channel;
  }

  /** The connection the loop wants to that server, made and greeted. */
  EmbeddedChannel connect(HostAndPort server) {
    EmbeddedChannel channel = channel();
    attempt(server).socket().attach(channel, null);
    written(channel);
    read(channel, "+OK\r\n");
    iterate();
    return channel;
  }

  /** The connection the loop wants to that server is refused. */
  void refuse(HostAndPort server, String reason) {
    attempt(server).onFailure().accept(new java.io.IOException(reason));
    iterate();
  }

  private Attempt attempt(HostAndPort server) {
    ArrayDeque<Attempt> waiting = attempts.get(server);
    if (waiting == null || waiting.isEmpty()) {
      throw new AssertionError("the loop does not connect to " + server);
    }
    return waiting.remove();
  }

  /** The other side closes. */
  static void hangUp(EmbeddedChannel channel) {
    var unused = channel.close();
  }

  /** Bytes arrive, and the iteration goes on until nothing is left to do. */
  void deliver(EmbeddedChannel channel, String bytes) {
    read(channel, bytes);
    iterate();
  }

  /** Bytes arrive; what they cause is not yet flushed. */
  static void read(EmbeddedChannel channel, String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
  }

  /** How many writes there were since the last look, and what they said. */
  static List<String> writes(EmbeddedChannel channel) {
    List<String> writes = new ArrayList<>();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      writes.add(out.toString(StandardCharsets.ISO_8859_1));
      out.release();
    }
    return writes;
  }

  static String written(EmbeddedChannel channel) {
    return String.join("", writes(channel));
  }

  /** A request in RESP. */
  static String request(String... words) {
    StringBuilder frame = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      frame.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return frame.toString();
  }

  @Override
  public void close() {
    loop.close();
    iterate();
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    iterate();
  }

  /** Names the loop has asked about, and what to do when they are answered. */
  final Map<String, Runnable> questions = new java.util.LinkedHashMap<>();

  private final class NoProcess implements ProcessView {

    @Override
    public io.vodis.proxy.migrate.KeyRequests keyRequests() {
      return (source, target, database, keys, onAnswer) -> {
        throw new IllegalStateException("there is no topom to ask");
      };
    }

    @Override
    public void askForCommand(String name, Runnable onAnswered) {
      questions.put(name, onAnswered);
    }

    @Override
    public void onServersConnected() {}

    @Override
    public void ask(Consumer<List<LoopSnapshot>> onAll) {
      onAll.accept(List.of());
    }

    @Override
    public <T> void eachLoop(Function<SessionEnvironment, T> task, Consumer<List<T>> onAll) {
      tasks.add(() -> onAll.accept(List.of(task.apply(loop.environment()))));
    }

    @Override
    public <T> void eachLoopLater(
        BiConsumer<SessionEnvironment, Consumer<T>> task, Consumer<List<T>> onAll) {
      tasks.add(
          () ->
              task.accept(
                  loop.environment(), answer -> tasks.add(() -> onAll.accept(List.of(answer)))));
    }

    @Override
    public ClusterView cluster() {
      return ClusterView.of(List.of(LOWER, UPPER));
    }

    @Override
    public HostAndPort address() {
      return LOWER;
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
          tasks.add(() -> onReports.accept(ServerReports.NONE));
        }

        @Override
        public void call(
            List<List<byte[]>> commands, boolean replicasToo, Consumer<List<Answer>> onAnswers) {
          tasks.add(() -> onAnswers.accept(List.of()));
        }
      };
    }

    @Override
    public Instant startedAt() {
      return Instant.EPOCH;
    }

    @Override
    public String incarnation() {
      return "test";
    }

    @Override
    public int proxyPort() {
      return 1;
    }

    @Override
    public String serving() {
      return "test";
    }
  }
}
