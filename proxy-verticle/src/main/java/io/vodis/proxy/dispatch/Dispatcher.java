package io.vodis.proxy.dispatch;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.BackendServer;
import io.vodis.proxy.backend.Lane;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.migrate.KeyMover;
import io.vodis.proxy.migrate.MovedKeys;
import io.vodis.proxy.migrate.PinnedSet;
import io.vodis.proxy.route.RouteTable;
import io.vodis.proxy.scan.SlotHistory;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespErrors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings requests to the owner of their slot, on one loop.
 *
 * <p>{@link #serving} is the short way, taken for all slots that are simply served. Everything else
 * goes through {@link #dispatch}: a slot that is fenced, migrating or offline, or whose queue has
 * not run empty since. A slot has a queue exactly as long as it has no short way, so that no
 * request overtakes one of its own session that waits.
 */
public final class Dispatcher {

  private final LoopClock clock;
  private final FlushQueue flushes;
  private final BackendPool pool;
  private final KeyMover mover;
  private final CopyRun copies;
  private final WaitLimits limits;
  private final LostConnections lost;
  private final RouteBoard board = new RouteBoard();
  private final InPlace inPlace;
  private final SlotHistory history = new SlotHistory();
  private final WaitStats stats = new WaitStats();
  private final @Nullable BackendServer[] serving = new BackendServer[Topology.SLOT_COUNT];
  private final @Nullable SlotQueue[] queues = new SlotQueue[Topology.SLOT_COUNT];
  private final BitSet queued = new BitSet(Topology.SLOT_COUNT);

  /** Slots of which keys have been moved in this iteration. */
  private final BitSet toRun = new BitSet(Topology.SLOT_COUNT);

  private final Set<RouteListener> listeners = new LinkedHashSet<>();

  private Set<Runnable> stalled = new LinkedHashSet<>();
  private long pass;

  public Dispatcher(
      LoopClock clock,
      FlushQueue flushes,
      BackendPool pool,
      KeyMover mover,
      CopyRun copies,
      WaitLimits limits,
      LostConnections lost) {
    this.clock = clock;
    this.flushes = flushes;
    this.pool = pool;
    this.mover = mover;
    this.copies = copies;
    this.limits = limits;
    this.lost = lost;
    this.inPlace = new InPlace(this, pool, copies);
  }

  /** The server to which requests of this slot may be sent at once; null: {@link #dispatch}. */
  public @Nullable BackendServer serving(int slot) {
    return serving[slot];
  }

  /**
   * The server that serves every slot, if there is one and each slot has the short way to it: to it
   * a request may be sent of which nobody knows what keys it will touch.
   */
  public @Nullable BackendServer onlyServer() {
    RouteTable table = board.table();
    return table.onlyOwner() == null || table.anyFenced() || !queued.isEmpty() ? null : serving[0];
  }

  /** A server of the table in force. */
  public BackendServer server(HostAndPort address) {
    return pool.server(address);
  }

  /** Whether this loop may serve at the time of the current batch. */
  public boolean leased() {
    return clock.leased();
  }

  /** Requests of each slot since the start of the loop; overflows. */
  public int[] requestsBySlot() {
    return board.begun();
  }

  RouteBoard board() {
    return board;
  }

  public RouteTable table() {
    return board.table();
  }

  /** Copies what is left to copy. */
  void endCopies() {
    copies.end();
  }

  /** Where slots have been; changed by every table. */
  public SlotHistory history() {
    return history;
  }

  /** How long a request may wait for slots. */
  public long waitTimeoutNanos() {
    return limits.timeoutNanos();
  }

  /** What waits, and has waited. */
  public WaitView view() {
    return new WaitView(
        stats.waiting,
        stats.waitingBytes,
        stats.parked,
        stats.timedOut,
        stats.stalled,
        stats.keysMoved);
  }

  /**
   * Sends, parks or fails a request.
   *
   * @param keys its keys in this slot
   * @return false if there is no room for it now: the caller keeps it, registers with {@link
   *     #stall} and comes again
   */
  public boolean dispatch(
      RoutedRequest request,
      int slot,
      int lane,
      ByteBuf frame,
      int offset,
      int length,
      List<Key> keys) {
    request.noteAnnouncement();
    if (!clock.leased()) {
      request.onFailure(RespErrors.CLUSTER_DOWN);
      return true;
    }
    SlotRoute route = board.table().route(slot);
    SlotQueue queue = queues[slot];
    if (!request.origin.waitsIn(slot) && (queue == null || queue.movingOld == 0)) {
      Backend backend = backendNow(request, route, queue, lane, keys);
      if (backend != null) {
        return request.sendTo(backend, slot, frame, offset, length);
      }
      if (route instanceof SlotRoute.Offline) {
        request.onFailure(RespErrors.SLOT_NOT_SERVED);
        return true;
      }
    }
    if (stats.waiting >= limits.requestsMax()
        || stats.waiting > 0 && stats.waitingBytes + length > limits.bytesMax()) {
      stats.stalled++;
      return false;
    }
    park(request, slot, new Parked(lane, copy(frame, offset, length), keys, deadline()));
    return true;
  }

  private long deadline() {
    return clock.nowNanos() + limits.timeoutNanos();
  }

  private static ByteBuf copy(ByteBuf frame, int offset, int length) {
    return RespSocket.ALLOCATOR.directBuffer(Math.max(1, length)).writeBytes(frame, offset, length);
  }

  /** The backend that may execute the request now; null if it has to wait or cannot be served. */
  private @Nullable Backend backendNow(
      RoutedRequest request, SlotRoute route, @Nullable SlotQueue queue, int lane, List<Key> keys) {
    HostAndPort server =
        switch (route) {
          case SlotRoute.Serving owner -> owner.primary();
          case SlotRoute.Migrating moving ->
              queue == null ? null : placeNow(moving, queue, keys, request.readsOnly());
          case SlotRoute.Fenced fenced -> null;
          case SlotRoute.Offline offline -> null;
        };
    return server == null ? null : request.origin.poolOr(pool).server(server).lane(lane);
  }

  /** The server that has all the keys, if they may be used there now. */
  private static @Nullable HostAndPort placeNow(
      SlotRoute.Migrating route, SlotQueue queue, List<Key> keys, boolean readsOnly) {
    return switch (queue.pinned.place(keys, readsOnly)) {
      case SOURCE -> route.source();
      case TARGET -> queue.moved.containsAll(keys) ? route.target() : null;
      case NOWHERE -> null;
    };
  }

  private void park(RoutedRequest request, int slot, Parked parked) {
    SlotQueue queue = queueOf(slot);
    request.parked = parked;
    boolean first = !request.origin.waitsIn(slot);
    request.origin.beginsToWait(slot);
    queue.requests.addLast(request);
    stats.waiting++;
    stats.waitingBytes += parked.frame().readableBytes();
    stats.parked++;
    if (!InPlace.concerns(board.table().route(slot), request, parked)) {
      moveKeys(slot, queue, parked.keys());
    } else if (first) {
      prepare(slot, queue, request);
    }
  }

  /** Does what has to be done before the request can run, or has it run where its key is. */
  private void prepare(int slot, SlotQueue queue, RoutedRequest request) {
    Parked parked = parkedOf(request);
    SlotRoute route = board.table().route(slot);
    if (queue.movingOld == 0
        && route instanceof SlotRoute.Migrating moving
        && InPlace.concerns(route, request, parked)
        && !queue.moving.containsKey(parked.keys().getFirst())) {
      inPlace.run(moving.source(), request, slot);
    } else {
      moveKeys(slot, queue, parked.keys());
    }
  }

  /** It waits no more: what becomes of it is known. */
  void leaveQueue(RoutedRequest request, int slot) {
    SlotQueue queue = queues[slot];
    if (queue == null || !queue.requests.remove(request)) {
      throw new IllegalStateException("a request did not wait for slot " + slot);
    }
    unpark(request, slot).release();
  }

  private SlotQueue queueOf(int slot) {
    SlotQueue queue = queues[slot];
    if (queue == null) {
      queue = new SlotQueue();
      queues[slot] = queue;
      queued.set(slot);
    }
    serving[slot] = null;
    return queue;
  }

  /** Begins to move those keys that are not moved and not being moved. */
  private void moveKeys(int slot, SlotQueue queue, List<Key> keys) {
    if (queue.movingOld > 0 || !(board.table().route(slot) instanceof SlotRoute.Migrating route)) {
      return;
    }
    for (Key key : keys) {
      if (!queue.pinned.contains(key)
          && !queue.moved.contains(key)
          && !queue.moving.containsKey(key)) {
        queue.moving.put(key, board.generation());
        board.began(slot);
        mover.move(route, key, (k, moved) -> onMoveOver(slot, k, moved));
      }
    }
  }

  private void onMoveOver(int slot, Key key, boolean moved) {
    SlotQueue queue = queues[slot];
    Integer began = queue == null ? null : queue.moving.remove(key);
    if (queue == null || began == null) {
      throw new IllegalStateException("a key was moved that nobody wanted, slot " + slot);
    }
    if (!board.isCurrent(slot, began)) {
      queue.movingOld--;
    } else if (moved) {
      stats.keysMoved++;
      queue.moved.add(key);
    } else {
      failWaitingFor(slot, queue, key);
    }
    runSoon(slot);
    board.ended(slot, began);
  }

  /** Once for all keys and requests that are heard of in this iteration. */
  void runSoon(int slot) {
    if (toRun.isEmpty()) {
      flushes.resume(this::runMoved);
    }
    toRun.set(slot);
  }

  private void runMoved() {
    for (int slot = toRun.nextSetBit(0); slot >= 0; slot = toRun.nextSetBit(slot + 1)) {
      SlotQueue queue = queues[slot];
      if (queue != null) {
        runQueue(slot, queue);
      }
    }
    toRun.clear();
  }

  /** Requests that need a key which could not be moved. */
  private void failWaitingFor(int slot, SlotQueue queue, Key key) {
    for (RoutedRequest request : List.copyOf(queue.requests)) {
      if (request.sourceCall == null && parkedOf(request).keys().contains(key)) {
        queue.requests.remove(request);
        unpark(request, slot).release();
        stats.timedOut++;
        request.onFailure(RespErrors.TRY_AGAIN);
      }
    }
  }

  /** Sends what may run now, in order, and restores the short way if nothing is left. */
  private void runQueue(int slot, SlotQueue queue) {
    if (!queue.requests.isEmpty() && queue.movingOld == 0) {
      runRequests(slot, queue);
    }
    SlotRoute route = board.table().route(slot);
    if (queue.isIdle() && !(route instanceof SlotRoute.Migrating)) {
      queues[slot] = null;
      queued.clear(slot);
      if (route instanceof SlotRoute.Serving owner) {
        serving[slot] = pool.server(owner.primary());
      }
    }
  }

  private void runRequests(int slot, SlotQueue queue) {
    SlotRoute route = board.table().route(slot);
    if (route instanceof SlotRoute.Fenced) {
      return;
    }
    pass++;
    ArrayDeque<RoutedRequest> candidates = new ArrayDeque<>(queue.requests);
    queue.requests.clear();
    for (RoutedRequest request : candidates) {
      if (request.origin.heldInPass == pass || !runRequest(slot, route, queue, request)) {
        request.origin.heldInPass = pass;
        queue.requests.addLast(request);
      }
    }
  }

  /** Sends or fails a waiting request; returns false if it must wait on. */
  private boolean runRequest(int slot, SlotRoute route, SlotQueue queue, RoutedRequest request) {
    if (request.sourceCall != null) {
      return false;
    }
    Parked parked = parkedOf(request);
    boolean over = true;
    if (request.origin.isGone() || !clock.leased()) {
      request.onFailure(RespErrors.CLUSTER_DOWN);
    } else if (route instanceof SlotRoute.Offline) {
      request.onFailure(RespErrors.SLOT_NOT_SERVED);
    } else {
      Backend backend = backendNow(request, route, queue, parked.lane(), parked.keys());
      over =
          backend != null
              && request.sendTo(backend, slot, parked.frame(), 0, parked.frame().readableBytes());
      if (backend == null) {
        // Forgotten by a full set of moved keys, perhaps: then it is looked for once more.
        prepare(slot, queue, request);
      }
    }
    if (over) {
      copies.end();
      unpark(request, slot).release();
    }
    return over;
  }

  private ByteBuf unpark(RoutedRequest request, int slot) {
    Parked parked = parkedOf(request);
    request.parked = null;
    request.origin.endsToWait(slot);
    stats.waiting--;
    stats.waitingBytes -= parked.frame().readableBytes();
    return parked.frame();
  }

  static Parked parkedOf(RoutedRequest request) {
    Parked parked = request.parked;
    if (parked == null) {
      throw new IllegalStateException("a request in a queue is not parked");
    }
    return parked;
  }

  /**
   * Puts a table in force.
   *
   * @param onDrained called when no request is in flight on a route that this table replaced, and
   *     all that listens to routes has followed
   */
  public void install(RouteTable table, Runnable onDrained) {
    history.install(table, clock.leased());
    RouteTable before = board.table();
    lost.onTable(table);
    BitSet moved = before.changes(table);
    Confirmation confirmation = new Confirmation(() -> lost.whenSettled(before, moved, onDrained));
    BitSet changed = board.install(table, confirmation.part());
    for (int slot = changed.nextSetBit(0); slot >= 0; slot = changed.nextSetBit(slot + 1)) {
      switchSlot(slot, table.route(slot));
    }
    Set<HostAndPort> servers = table.servers();
    mover.keepOnly(servers);
    pool.keepOnly(servers);
    wakeStalled();
    for (RouteListener listener : List.copyOf(listeners)) {
      listener.onRoutesChanged(changed);
      Runnable part = confirmation.part();
      if (!listener.follows(part)) {
        part.run();
      }
    }
    confirmation.complete();
  }

  /** Has {@code listener} told of every change of routes until it is removed. */
  public void addListener(RouteListener listener) {
    listeners.add(listener);
  }

  public void removeListener(RouteListener listener) {
    listeners.remove(listener);
  }

  private void switchSlot(int slot, SlotRoute route) {
    SlotQueue queue = queues[slot];
    serving[slot] = null;
    if (queue != null) {
      queue.moved = new MovedKeys();
      queue.movingOld = queue.moving.size();
    }
    if (route instanceof SlotRoute.Fenced fence && fence.breakInFlight()) {
      mover.abandon(fence.owner());
      pool.server(fence.owner()).breakAll("the server is being replaced");
    }
    if (queue != null || route instanceof SlotRoute.Migrating) {
      SlotQueue kept = queueOf(slot);
      kept.pinned =
          route instanceof SlotRoute.Migrating moving
              ? PinnedSet.of(moving.pinned())
              : PinnedSet.NONE;
      runQueue(slot, kept);
    } else if (route instanceof SlotRoute.Serving owner) {
      serving[slot] = pool.server(owner.primary());
    }
  }

  /** Has {@code resumption} called when there may be room again. */
  public void stall(Runnable resumption) {
    stalled.add(resumption);
  }

  /** There may be room again: what waits for it tries again. */
  public void wakeStalled() {
    if (!queued.isEmpty()) {
      runQueues();
    }
    if (!stalled.isEmpty()) {
      Set<Runnable> woken = stalled;
      stalled = new LinkedHashSet<>();
      woken.forEach(Runnable::run);
    }
  }

  private void runQueues() {
    for (int slot = queued.nextSetBit(0); slot >= 0; slot = queued.nextSetBit(slot + 1)) {
      SlotQueue queue = queues[slot];
      if (queue != null) {
        runQueue(slot, queue);
      }
    }
  }

  /** Periodic care: answers what has waited too long, and tries what had no room. */
  public void tick(long now) {
    lost.tick(now, server -> pool.server(server).lane(Lane.of(0, Protocol.RESP2)));
    inPlace.tick();
    for (int slot = queued.nextSetBit(0); slot >= 0; slot = queued.nextSetBit(slot + 1)) {
      SlotQueue queue = queues[slot];
      if (queue != null) {
        expire(slot, queue, now);
      }
    }
    wakeStalled();
  }

  private void expire(int slot, SlotQueue queue, long now) {
    List<RoutedRequest> expired = new ArrayList<>();
    for (RoutedRequest request : queue.requests) {
      // In order of arrival, so in order of deadline.
      if (parkedOf(request).deadlineNanos() - now > 0 && clock.leased()) {
        break;
      }
      // One that is being executed is answered with what comes of it.
      if (request.sourceCall == null) {
        expired.add(request);
      }
    }
    for (RoutedRequest request : expired) {
      leaveQueue(request, slot);
      stats.timedOut++;
      request.onFailure(clock.leased() ? RespErrors.TRY_AGAIN : RespErrors.CLUSTER_DOWN);
    }
  }
}
