package io.vodis.testsupport;

import io.vodis.model.HostAndPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A piece of network between two processes, which a test can hold up or cut. Bytes held are not
 * lost: they arrive when the relay is released, like those of a delayed packet.
 */
public final class TcpRelay implements AutoCloseable {

  /** Which way bytes flow, seen from the one who connected. */
  public enum Direction {
    FORTH,
    BACK
  }

  private final HostAndPort target;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong bytesForth = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition released = lock.newCondition();
  private boolean heldForth;
  private boolean heldBack;
  private final Set<Socket> held = ConcurrentHashMap.newKeySet();
  private final Map<Socket, Socket> servers = new ConcurrentHashMap<>();
  private volatile @Nullable Partition partition;
  private volatile boolean holdingNew;
  private volatile boolean refusing;
  private volatile Duration delayBack = Duration.ZERO;

  /** How some of those who connect are kept from the target. */
  public enum Cut {
    /** Their connections are closed, and new ones too. */
    CLOSED,
    /** What they send is held; what the target sends arrives. */
    FORTH,
    /** What the target sends is held; what they send arrives. */
    BACK,
    /** Nothing arrives. */
    BOTH
  }

  private record Partition(IntPredicate from, Cut cut) {}

  private TcpRelay(HostAndPort target) {
    this.target = target;
    try {
      listener = new ServerSocket(FreePorts.next(), 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("relay-accept").start(this::accept);
  }

  public static TcpRelay to(HostAndPort target) {
    return new TcpRelay(target);
  }

  public HostAndPort address() {
    return new HostAndPort("127.0.0.1", listener.getLocalPort());
  }

  public int connections() {
    return open.size() / 2;
  }

  /** Bytes passed on to the target so far. */
  public long bytesForth() {
    return bytesForth.get();
  }

  /** Stops passing bytes on in this direction; connections stay open. */
  public void hold(Direction direction) {
    set(direction, true);
  }

  /** Passes on what was held, and what follows. */
  public void release(Direction direction) {
    set(direction, false);
  }

  /**
   * Whether connections that are opened from now on are held on their way to the target, each until
   * {@link #releaseHeld}, even if it has been closed at its other end.
   */
  public void holdNew(boolean value) {
    holdingNew = value;
  }

  /**
   * Holds the connections that are open now, both ways, until {@link #releaseHeld}, even if they
   * are closed at one end meanwhile; those opened from now on pass.
   */
  public void holdPresent() {
    held.addAll(open);
  }

  /** Passes on what was held by {@link #holdNew} and {@link #holdPresent}. */
  public void releaseHeld() {
    lock.lock();
    try {
      held.clear();
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Keeps those from the target who connect from such ports, on connections of now and later, until
   * {@link #heal}.
   */
  public void partition(IntPredicate from, Cut cut) {
    Partition next = new Partition(from, cut);
    partition = next;
    servers.forEach((client, server) -> apply(next, client, server));
  }

  /** Ends a {@link #partition}; what was held arrives now. */
  public void heal() {
    partition = null;
    releaseHeld();
  }

  private void apply(Partition parted, Socket client, Socket server) {
    if (!parted.from().test(client.getPort())) {
      return;
    }
    if (parted.cut() == Cut.CLOSED) {
      closeQuietly(client);
      return;
    }
    if (parted.cut() != Cut.BACK) {
      held.add(client);
    }
    if (parted.cut() != Cut.FORTH) {
      held.add(server);
    }
    if (partition != parted) {
      releaseHeld(); // healed at this moment
    }
  }

  /** Passes replies on so much later, in order. */
  public void delayBack(Duration delay) {
    delayBack = delay;
  }

  private void set(Direction direction, boolean held) {
    lock.lock();
    try {
      if (direction == Direction.FORTH) {
        heldForth = held;
      } else {
        heldBack = held;
      }
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Closes all connections and refuses new ones until {@link #mend}. */
  public void cut() {
    refusing = true;
    open.forEach(TcpRelay::closeQuietly);
  }

  public void mend() {
    refusing = false;
  }

  /** Lets nothing through in either direction until {@link #thaw}; connections stay open. */
  public void freeze() {
    hold(Direction.FORTH);
    hold(Direction.BACK);
  }

  /** Passes on what {@link #freeze} has held, and what follows. */
  public void thaw() {
    release(Direction.FORTH);
    release(Direction.BACK);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (refusing) {
          client.close();
          continue;
        }
        Thread.ofVirtual().name("relay").start(() -> connect(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    Socket server = new Socket();
    try {
      server.connect(new InetSocketAddress(target.host(), target.port()), 5000);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    } catch (IOException unreachable) {
      closeQuietly(client);
      return;
    }
    open.add(client);
    open.add(server);
    if (refusing) {
      // Cut while this connection was being made.
      closeQuietly(client);
    }
    if (holdingNew) {
      held.add(client);
    }
    servers.put(client, server);
    Partition parted = partition;
    if (parted != null) {
      apply(parted, client, server);
    }
    Thread.ofVirtual().name("relay-back").start(() -> pump(server, client, Direction.BACK));
    pump(client, server, Direction.FORTH);
  }

  private void pump(Socket from, Socket to, Direction direction) {
    byte[] buffer = new byte[64 * 1024];
    try {
      int n = from.getInputStream().read(buffer);
      while (n >= 0) {
        if (direction == Direction.BACK) {
          Poll.pass(delayBack);
        }
        awaitReleased(direction, from);
        to.getOutputStream().write(buffer, 0, n);
        if (direction == Direction.FORTH) {
          bytesForth.addAndGet(n);
        }
        n = from.getInputStream().read(buffer);
      }
    } catch (IOException | InterruptedException closed) {
      // One side has gone; the other learns it below.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
      open.remove(from);
      open.remove(to);
      servers.remove(from);
      servers.remove(to);
    }
  }

  private void awaitReleased(Direction direction, Socket from) throws InterruptedException {
    lock.lock();
    try {
      while ((direction == Direction.FORTH ? heldForth : heldBack) || held.contains(from)) {
        released.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    release(Direction.FORTH);
    release(Direction.BACK);
    releaseHeld();
    open.forEach(TcpRelay::closeQuietly);
  }
}
