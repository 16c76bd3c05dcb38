package io.vodis.it.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.bus.TopomCommand.ResyncProxy;
import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.PinnedKey;
import io.vodis.model.Role;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.SimulatedLoop;
import io.vodis.proxy.control.Loops;
import io.vodis.proxy.control.OnIsolation;
import io.vodis.proxy.control.ProxyControl;
import io.vodis.proxy.control.Witnessing;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.route.RouteTable;
import io.vodis.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** A proxy process: the product's control part and data loops, on simulated sockets. */
final class SimProxy {

  private static final int LOOPS = 2;
  private static final long TICK = 100 * Simulation.MILLI;
  private static final long SESSION_TICK = 1000 * Simulation.MILLI;

  private final World world;
  private final SimProcess process;
  private final Member member;
  private final List<Loop> loops = new ArrayList<>();
  private final ProxyControl control;

  SimProxy(World world, String name, Member member) {
    this.world = world;
    this.member = member;
    this.process = new SimProcess(world.simulation, name);
    for (int i = 0; i < LOOPS; i++) {
      loops.add(new Loop(i));
    }
    control =
        new ProxyControl(
            member,
            new AllLoops(),
            world.simulation.clock,
            OnIsolation.FENCE,
            task -> process.after(0, task),
            world.keptTables(name));
    world.bus.proxy(
        member.incarnation(), new SimBus.Receiver(process, command -> control.handle(command)));
    process.start("start", this::join);
    world.simulation.every(TICK, () -> eachTick(SimulatedLoop::tick));
    world.simulation.every(SESSION_TICK, () -> eachTick(SimulatedLoop::tickSessions));
  }

  private void join() {
    SimStore store = new SimStore(world, process);
    while (true) {
      try {
        control.join(
            store,
            SimStore.SESSION,
            new OtherMembers(store),
            world.keptTable(process.name()),
            () -> world.bus.ask(process, new ResyncProxy(member.token(), member.incarnation())));
        world.witness(process, store.registration());
        return;
      } catch (StoreException e) {
        Threads.current().sleep(Duration.ofMillis(500));
      }
    }
  }

  /** Topoms, ha members and other proxies: whoever else is alive. */
  private final class OtherMembers implements Witnessing {

    private final SimStore store;

    OtherMembers(SimStore store) {
      this.store = store;
    }

    @Override
    public List<Member> candidates() {
      return Stream.of(Role.TOPOM, Role.HA, Role.PROXY)
          .flatMap(role -> store.liveMembers(role).stream())
          .filter(other -> !other.token().equals(member.token()))
          .sorted(Comparator.comparing(Member::token))
          .toList();
    }

    @Override
    public Future<Vouched> ask(Member witness, long round, Duration length) {
      VouchQuery query = new VouchQuery(member.incarnation(), round, length.toMillis());
      return world
          .bus
          .askWitness(process, witness, query, SimStore.LEASE.dividedBy(3))
          .map(Vouched.class::cast);
    }
  }

  SimProcess process() {
    return process;
  }

  String place() {
    return process.name();
  }

  long epoch() {
    return control.epoch();
  }

  boolean serves() {
    return control.notServing().isEmpty();
  }

  /** Where each of its loops would execute a write to that slot now. */
  List<HostAndPort> servingNow(int slot) {
    List<HostAndPort> servers = new ArrayList<>();
    for (Loop loop : loops) {
      if (world.simulation.now() < loop.leaseEnd) {
        switch (loop.table.route(slot)) {
          case SlotRoute.Serving serving -> servers.add(serving.primary());
          case SlotRoute.Migrating migrating -> servers.add(migrating.target());
          default -> {}
        }
      }
    }
    return servers;
  }

  void kill() {
    process.kill();
    loops.forEach(Loop::kill);
  }

  private boolean eachTick(Consumer<SimulatedLoop> care) {
    if (process.isKilled()) {
      return false;
    }
    for (Loop loop : loops) {
      process.deliver(() -> loop.enter(() -> care.accept(loop.data)));
    }
    return true;
  }

  /** Connects a client; what it is answered comes to {@code onReply}. */
  ClientLine connect(String client, Consumer<String> onReply, Runnable onClosed) {
    return new ClientLine(world.simulation.pick(loops), client, onReply, onClosed);
  }

  /** The part of {@code DataPlane} that hands things to its loops. */
  private final class AllLoops implements Loops {

    @Override
    public Future<List<int[]>> requestsBySlot() {
      return Future.succeededFuture(List.of());
    }

    @Override
    public Future<Void> install(RouteTable given) {
      RouteTable table = given;
      if (world.broken(Rule.KEYS_ARE_PULLED_FIRST)) {
        table = changed(given, moving -> new SlotRoute.Serving(moving.target(), List.of()));
      } else if (world.broken(Rule.BIG_KEYS_ARE_FENCED)) {
        table = changed(given, AllLoops::withoutFences);
      }
      RouteTable installed = table;
      List<Future<Void>> drained = new ArrayList<>();
      for (Loop loop : loops) {
        Promise<Void> confirmed = Promise.promise();
        drained.add(confirmed.future());
        loop.post(
            () -> {
              loop.table = installed;
              loop.data.install(installed, confirmed::tryComplete);
              world.checkOwners();
            });
      }
      return world.broken(Rule.ACKNOWLEDGED_WHEN_SWITCHED)
          ? Future.succeededFuture()
          : Future.all(drained).mapEmpty();
    }

    private static RouteTable changed(
        RouteTable given, Function<SlotRoute.Migrating, SlotRoute> change) {
      List<SlotRange> ranges = new ArrayList<>();
      for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
        SlotRoute route = given.route(slot);
        ranges.add(
            new SlotRange(
                slot,
                slot,
                route instanceof SlotRoute.Migrating moving ? change.apply(moving) : route));
      }
      return new RouteTable(given.epoch(), ranges);
    }

    private static SlotRoute withoutFences(SlotRoute.Migrating moving) {
      return new SlotRoute.Migrating(
          moving.source(),
          moving.target(),
          moving.returning(),
          moving.pinned().stream().map(key -> key.in(PinnedKey.Phase.SERVED)).toList(),
          moving.method(),
          moving.proof());
    }

    @Override
    public void leaseEndsAt(long nanos) {
      long end =
          world.broken(Rule.SERVED_ON_A_LEASE_ONLY) && nanos > world.simulation.now()
              ? Long.MAX_VALUE / 2
              : nanos;
      loops.forEach(
          loop ->
              loop.post(
                  () -> {
                    loop.leaseEnd = end;
                    loop.data.leaseEndsAt(end);
                  }));
    }

    @Override
    public void serving(String words) {}
  }

  /** One event loop: its sockets, and what it has put off to the end of an iteration. */
  private final class Loop {

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final SimulatedLoop data;
    private long lastPost;
    private long leaseEnd;
    private RouteTable table = RouteTable.NONE;

    Loop(int index) {
      leaseEnd = world.simulation.now();
      data =
          new SimulatedLoop(
              Duration.ofMillis(world.waits ? 50 : 0),
              member.incarnation(),
              index,
              LOOPS,
              tasks::add,
              this::connect,
              world.simulation::now,
              world.simulation.random.split());
    }

    /** From another thread of the process: in order, and not at once. */
    void post(Runnable task) {
      lastPost = Math.max(lastPost, world.simulation.now() + world.simulation.between(0, 0.5)) + 1;
      process.after(lastPost - world.simulation.now(), () -> enter(task));
    }

    /** One iteration. */
    void enter(Runnable first) {
      first.run();
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      for (int i = 0; i < sockets.size(); ) {
        Socket socket = sockets.get(i);
        socket.flush();
        if (i < sockets.size() && sockets.get(i) == socket) {
          i++;
        }
      }
    }

    private void connect(HostAndPort server, RespSocket socket, Consumer<Throwable> onFailure) {
      ServerLine line = new ServerLine(this, socket, server);
      line.connection.open(
          () -> process.deliver(() -> enter(line::attach)),
          () -> process.deliver(() -> enter(() -> onFailure.accept(new IOException("refused")))));
    }

    SimConnection connectionTo(HostAndPort server, Socket line) {
      return new SimConnection(
          world.network,
          process.name(),
          world.server(server),
          reply -> process.deliver(() -> line.read(SimReply.resp(reply))),
          () -> process.deliver(line::hangUp));
    }

    void kill() {
      List.copyOf(sockets).forEach(Socket::abandon);
    }
  }

  /** A socket of a loop. */
  private abstract static class Socket {
    protected final Loop loop;
    protected final EmbeddedChannel channel = new EmbeddedChannel();
    private final RespSocket socket;
    private boolean closed;

    Socket(Loop loop, RespSocket socket) {
      this.loop = loop;
      this.socket = socket;
    }

    void attach() {
      loop.sockets.add(this);
      socket.attach(channel, null);
    }

    void read(String bytes) {
      if (channel.isOpen()) {
        loop.enter(
            () -> channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1)));
      }
    }

    void hangUp() {
      loop.enter(
          () -> {
            var unused = channel.close();
          });
    }

    void flush() {
      if (!channel.outboundMessages().isEmpty()) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
          text.append(out.toString(StandardCharsets.ISO_8859_1));
          out.release();
        }
        if (!text.isEmpty()) {
          onWritten(text.toString());
        }
      }
      if (!closed && !channel.isOpen()) {
        closed = true;
        loop.sockets.remove(this);
        onClosed();
      }
    }

    /** Its process is dead. */
    void abandon() {
      closed = true;
      onClosed();
      channel.releaseOutbound();
    }

    abstract void onWritten(String bytes);

    abstract void onClosed();
  }

  /** A connection to a server. */
  private static final class ServerLine extends Socket {

    private final RespReader requests = new RespReader();
    private final SimConnection connection;

    ServerLine(Loop loop, RespSocket socket, HostAndPort server) {
      super(loop, socket);
      connection = loop.connectionTo(server, this);
    }

    @Override
    void onWritten(String bytes) {
      for (List<String> request : requests.requests(bytes)) {
        connection.send(request);
      }
    }

    @Override
    void onClosed() {
      connection.close();
    }
  }

  /** A connection of a client, seen from both sides. */
  final class ClientLine extends Socket {

    private final Network.Link toProxy;
    private final Network.Link toClient;
    private final Consumer<String> onReply;
    private final Runnable onHangUp;
    private boolean open = true;

    ClientLine(Loop loop, String client, Consumer<String> onReply, Runnable onHangUp) {
      super(loop, loop.data.begin());
      this.onReply = onReply;
      this.onHangUp = onHangUp;
      toProxy = world.network.new Link(client, process.name());
      toClient = world.network.new Link(process.name(), client);
      loop.enter(this::attach);
    }

    boolean isOpen() {
      return open;
    }

    void send(String request) {
      toProxy.send(() -> process.deliver(() -> read(request)));
    }

    /** The client goes away. */
    void close() {
      open = false;
      toProxy.send(() -> process.deliver(this::hangUp));
    }

    @Override
    void onWritten(String bytes) {
      toClient.send(
          () -> {
            if (open) {
              onReply.accept(bytes);
            }
          });
    }

    @Override
    void onClosed() {
      toClient.send(
          () -> {
            if (open) {
              open = false;
              onHangUp.run();
            }
          });
    }
  }
}
