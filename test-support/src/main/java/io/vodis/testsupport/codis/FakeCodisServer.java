package io.vodis.testsupport.codis;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A codis-server 3.2 as seen from outside: every SLOTS command, in its synchronous and its
 * asynchronous form, with the replies, orders and errors of the original, before a real
 * redis-server that holds the data. One command at a time is executed, as by the original, so that
 * a synchronous transfer holds up everybody.
 *
 * <p>The server behind is a Redis 3.2, as in a codis-server, wherever one can run ({@link
 * ServerBinary#oldest}); elsewhere it is the bundled one, of which commands newer than 3.2 are kept
 * from sight. The fake writes its own CLIENT LIST, because those who clean up behind transfers read
 * it.
 */
public final class FakeCodisServer implements AutoCloseable {

  static final int DATABASES = 16;
  private static final Duration TICK = Duration.ofMillis(50);

  private final String password;
  private final int port;
  private final RedisProcess behind;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Set<CodisSession> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicLong accepted = new AtomicLong();
  private final Map<String, AtomicLong> calls = new ConcurrentHashMap<>();
  private final List<Engine> engines = new CopyOnWriteArrayList<>();
  private ServerSocket listener;
  private CodisCommands commands;
  private SlotIndex index;
  private SyncMoves syncMoves;
  private List<AsyncMoves> asyncMoves;
  private volatile boolean up;
  private volatile boolean replica;

  private FakeCodisServer(String password, boolean durable) {
    this.password = password;
    this.port = FreePorts.next();
    RedisProcess.Builder builder =
        RedisProcess.builder()
            .option("notify-keyspace-events", "EA")
            .option("databases", Integer.toString(DATABASES))
            .option("client-output-buffer-limit", "pubsub", "0", "0", "0")
            .option("slave-announce-ip", "127.0.0.1")
            .option("slave-announce-port", Integer.toString(port))
            .option("appendonly", durable ? "yes" : "no");
    ServerBinary.oldest().ifPresent(binary -> builder.binary(binary.path()));
    behind = (password.isEmpty() ? builder : builder.password(password)).start();
    open();
  }

  public static FakeCodisServer start() {
    return new FakeCodisServer("", false);
  }

  /** One with a password, for clients and between servers. */
  public static FakeCodisServer withPassword(String password) {
    return new FakeCodisServer(password, false);
  }

  /** One that has all it has acknowledged when it is started again after {@link #kill}. */
  public static FakeCodisServer durable() {
    return new FakeCodisServer("", true);
  }

  private void open() {
    commands = new CodisCommands(engine());
    index = new SlotIndex(engine(), engine());
    syncMoves = new SyncMoves(password);
    asyncMoves = new ArrayList<>();
    for (int database = 0; database < DATABASES; database++) {
      Engine own = engine();
      own.call("SELECT", Integer.toString(database));
      asyncMoves.add(new AsyncMoves(lock, index, own, database, password));
    }
    try {
      listener = new ServerSocket(port, 512, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    up = true;
    Thread.ofVirtual().name("fake-codis-accept").start(this::accept);
    Thread.ofVirtual().name("fake-codis-tick").start(this::tick);
  }

  /** A connection of the fake's own to the server behind. */
  private Engine engine() {
    Engine engine = new Engine(behind.address());
    if (!password.isEmpty()) {
      engine.call("AUTH", password);
    }
    engines.add(engine);
    return engine;
  }

  private void accept() {
    ServerSocket own = listener;
    while (!own.isClosed()) {
      try {
        Socket socket = own.accept();
        socket.setTcpNoDelay(true);
        CodisSession session =
            new CodisSession(this, accepted.incrementAndGet(), socket, behind.address());
        sessions.add(session);
        Thread.ofVirtual().name("fake-codis-client").start(session::run);
      } catch (IOException | UncheckedIOException closed) {
        // Closed, or the server behind has ended: then nobody is served any more.
      }
    }
  }

  private void tick() {
    while (up) {
      lock.lock();
      try {
        syncMoves.tick();
        asyncMoves.forEach(AsyncMoves::tick);
      } catch (UncheckedIOException e) {
        return;
      } finally {
        lock.unlock();
      }
      Poll.pass(TICK);
    }
  }

  ReentrantLock lock() {
    return lock;
  }

  String password() {
    return password;
  }

  /** Whether it follows another server, and refuses to write. */
  boolean isReplica() {
    return replica;
  }

  void replica(boolean value) {
    replica = value;
  }

  CodisCommands commands() {
    return commands;
  }

  SlotIndex index() {
    return index;
  }

  SyncMoves syncMoves() {
    return syncMoves;
  }

  List<AsyncMoves> asyncMoves() {
    return asyncMoves;
  }

  AsyncMoves asyncMoves(int database) {
    return asyncMoves.get(database);
  }

  Set<CodisSession> sessions() {
    return sessions;
  }

  long accepted() {
    return accepted.get();
  }

  void count(String command) {
    calls.computeIfAbsent(command, c -> new AtomicLong()).incrementAndGet();
  }

  /** How often a command, in upper case, was called. */
  public long calls(String command) {
    AtomicLong count = calls.get(command);
    return count == null ? 0 : count.get();
  }

  public HostAndPort address() {
    return new HostAndPort("127.0.0.1", port);
  }

  /** A connection of its own, authenticated if there is a password. */
  public RespClient client() {
    RespClient client = RespClient.connect(address());
    if (!password.isEmpty()) {
      client.expect("AUTH", password);
    }
    return client;
  }

  /** The process that holds the data. Stopped, it answers nothing, and nor does this. */
  public RedisProcess behind() {
    return behind;
  }

  /** {@code kill -9}: every connection is closed, and no new one accepted. */
  public void kill() {
    up = false;
    behind.kill();
    shut();
  }

  /** Starts it again after {@link #kill}, empty if nothing was saved. */
  public void restart() {
    behind.restart();
    replica = false;
    open();
  }

  private void shut() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sessions.forEach(CodisSession::close);
    engines.forEach(Engine::close);
    engines.clear();
    lock.lock();
    try {
      syncMoves.closeAll();
      asyncMoves.forEach(moves -> moves.release("interrupted: connection closed"));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    up = false;
    shut();
    behind.close();
  }
}
