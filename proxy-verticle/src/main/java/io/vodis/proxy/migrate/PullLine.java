package io.vodis.proxy.migrate;

import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Lane;
import io.vodis.proxy.migrate.LeftoverRemoval.Doubtful;
import io.vodis.redis.ClientList;
import io.vodis.redis.ErrorCounts;
import io.vodis.redis.InfoField;
import io.vodis.resp.Protocol;
import io.vodis.slot.SlotProof;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that one loop moves from one server to another, in batches, one batch at a time. Keys
 * asked for during a batch make up the next one. What is said to the servers is {@link
 * PullDialect}'s.
 *
 * <p>Why each step is safe. As long as the slot migrates, nobody but movers touches a key on the
 * target before it has left the source, and the source executes one command at a time. So
 *
 * <ul>
 *   <li>{@code OK} and {@code NOKEY}: every key of the batch is on the target or nowhere. Another
 *       mover's attempt for one of them may have failed before, and still be under way. The source
 *       says how many attempts have failed; if there are more than this line knows of, the target
 *       is cleaned before the keys are used.
 *   <li>{@code IOERR}: the source has kept the keys, but what it sent may still be under way to the
 *       target and land there after the key has been moved, changed, deleted. The connections on
 *       which it could land are killed on the target first; then the batch is sent again.
 *   <li>No answer: the source may yet execute the command. Our own connection is killed on the
 *       source, which answers only when no MIGRATE runs; from then on it is as {@code IOERR}.
 *   <li>{@code BUSYKEY}: see {@link LeftoverRemoval}.
 *   <li>Any other error: nothing was moved, or some keys were; the batch is sent again later.
 *   <li>A codis-server replaces what the target has, so the target is looked at first where its
 *       copy may be the one that counts ({@link TargetLook}); and whatever may still arrive is
 *       worse than with MIGRATE. It does not count attempts that fail. Therefore the target is
 *       asked, after each batch, whether it has accepted connections since, and is cleaned if it
 *       has.
 * </ul>
 *
 * <p>Whoever moved the keys, a replica of the source has heard of it before they are used, if one
 * answers in time: else a failover of the source could bring back what is deleted on the target
 * since ({@link ReplicaPatience}).
 */
final class PullLine implements KeyLine {

  private static final List<byte[]> ROLE = List.of(ServerCall.bytes("ROLE"));
  private static final Logger LOGGER = LoggerFactory.getLogger(PullLine.class);
  private static final long FIRST_DELAY_NANOS = 5_000_000;
  private static final long MAX_DELAY_NANOS = 200_000_000;
  private static final int LOOKS_MAX = 3;

  /** No number of failed attempts: whatever the source says, the target has to be cleaned. */
  private static final long UNKNOWN = -1;

  private static final List<byte[]> PING = List.of(ServerCall.bytes("PING"));

  private static final List<byte[]> FENCE = List.of(ServerCall.bytes("SLOTSMGRT-ASYNC-FENCE"));

  private static final List<byte[]> STATUS = List.of(ServerCall.bytes("SLOTSMGRT-ASYNC-STATUS"));

  private static final List<byte[]> CONNECTIONS =
      List.of(ServerCall.bytes("INFO"), ServerCall.bytes("stats"));

  private static final List<byte[]> FAILED_MOVES =
      List.of(ServerCall.bytes("INFO"), ServerCall.bytes("errorstats"));

  private record Pull(Key key, long proof, KeyMover.Listener listener, long deadlineNanos) {}

  /** What has to be done before the batch may be sent (again). */
  private enum Next {
    MIGRATE,
    AWAIT_TRANSFER,
    AWAIT_REPLICA,
    COUNT_CONNECTIONS,
    LOOK_AT_TRANSFER,
    CLEAN_SOURCE,
    CLEAN_TARGET,
    REMOVE_LEFTOVERS
  }

  private final PullWay way;
  private final MoverEnvironment env;
  private final PullDialect dialect;
  private final ArrayDeque<Pull> wanted = new ArrayDeque<>();

  private List<Pull> batch = List.of();
  private Next next = Next.MIGRATE;

  /** So many attempts had failed on the source when the target was cleaned last. */
  private long cleanedAt;

  /** So many had when the source answered last. */
  private long failedMoves;

  /** Of the source when it answered last. */
  private long connects;

  private final ReplicaPatience replicas;

  /** The batch has left the source, but the target has to be cleaned. */
  private boolean hasLeft;

  /** A replica of the source was waited for behind the batch. */
  private boolean waited;

  /** Whether a codis-server keeps the connection over which it has sent last. */
  private boolean sourceConnected = true;

  /** At what the target has of the batch; null where that does not matter. */
  private @Nullable TargetLook look;

  /** How often the connections of the target have been looked at for this batch. */
  private int looks;

  private boolean asked;
  private boolean scheduled;
  private boolean abandoned;
  private long delayNanos = FIRST_DELAY_NANOS;
  private long retryAtNanos;

  PullLine(PullWay way, MoverEnvironment env) {
    this.way = way;
    this.env = env;
    this.replicas = new ReplicaPatience(env.replicaWaitMillis());
    this.dialect = new PullDialect(way, env.access(), env.timeoutMillis());
    this.next = first();
    this.retryAtNanos = env.clock().nowNanos();
  }

  @Override
  public PullWay way() {
    return way;
  }

  /** What a batch begins with. */
  private Next first() {
    return dialect.looksFirst() ? Next.REMOVE_LEFTOVERS : Next.MIGRATE;
  }

  @Override
  public void add(Key key, long proof, KeyMover.Listener listener) {
    wanted.add(new Pull(key, proof, listener, env.clock().nowNanos() + env.patienceNanos()));
    schedule();
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      env.flushes()
          .resume(
              () -> {
                scheduled = false;
                step();
              });
    }
  }

  @Override
  public void tick(long now) {
    if (!asked && now - retryAtNanos >= 0 && !(batch.isEmpty() && wanted.isEmpty())) {
      step();
    }
  }

  private void step() {
    if (asked || abandoned || env.clock().nowNanos() - retryAtNanos < 0) {
      return;
    }
    if (batch.isEmpty()) {
      if (wanted.isEmpty()) {
        return;
      }
      nextBatch();
    }
    switch (next) {
      case MIGRATE -> migrate();
      case AWAIT_TRANSFER -> awaitTransfer();
      case AWAIT_REPLICA -> awaitReplica();
      case COUNT_CONNECTIONS -> countConnections();
      case LOOK_AT_TRANSFER -> lookAtTransfer();
      case CLEAN_SOURCE -> cleanSource();
      case CLEAN_TARGET -> cleanTarget();
      case REMOVE_LEFTOVERS -> removeLeftovers();
    }
  }

  private void nextBatch() {
    List<Pull> taken = new ArrayList<>();
    while (taken.size() < env.maxKeys() && !wanted.isEmpty()) {
      taken.add(wanted.pollFirst());
    }
    batch = taken;
  }

  private void migrate() {
    boolean alone = batch.stream().anyMatch(pull -> dialect.mayCountOnTarget(pull.proof()));
    List<List<byte[]>> commands = new ArrayList<>(dialect.moves(keys(batch), alone));
    if (!dialect.overwrites()) {
      commands.add(FAILED_MOVES);
    }
    BackendConnection mover = look == null ? null : look.takeMover();
    boolean own = mover != null || dialect.answersLate();
    BackendConnection connection =
        mover != null ? mover : own ? source().acquireDedicated() : source().acquire();
    if (connection == null) {
      fateIsKnown();
      return;
    }
    // Over one connection: the source answers all, or what it has not answered is lost.
    long now = env.clock().nowNanos();
    if (replicas.mustAsk(now)) {
      ServerCall.send(
          connection,
          env.copies(),
          ROLE,
          reply -> replicas.onRole(reply, env.clock().nowNanos()),
          () -> {});
    }
    List<String> replies = new ArrayList<>();
    for (List<byte[]> command : commands.subList(0, commands.size() - 1)) {
      ServerCall.send(connection, env.copies(), command, replies::add, () -> {});
    }
    waited = false;
    boolean waits = !dialect.overwrites() && replicas.mayWait(now);
    if (waits) {
      ServerCall.send(
          connection,
          env.copies(),
          replicas.command(),
          reply -> replicas.onReply(reply, env.clock().nowNanos()),
          () -> {});
    }
    sent(
        connection,
        source(),
        commands.getLast(),
        last -> {
          replies.add(last);
          if (own) {
            source().releaseDedicated(connection);
          }
          if (dialect.answersEach()) {
            onAll(worst(replies));
          } else {
            if (!dialect.overwrites()) {
              onCount(source(), ErrorCounts.failedMoves(last));
            }
            waited = waits;
            onAll(replies.getFirst());
          }
        },
        Next.CLEAN_SOURCE);
  }

  private static List<byte[]> keys(List<Pull> pulls) {
    return pulls.stream().map(pull -> pull.key().bytes()).toList();
  }

  /** The reply that decides about all keys: what has moved is asked for again without harm. */
  private String worst(List<String> replies) {
    return replies.stream()
        .filter(reply -> dialect.outcome(reply) != PullDialect.Outcome.MOVED)
        .findFirst()
        .orElse(replies.getFirst());
  }

  /** A server that was connected to anew may have been started anew, and counts from zero. */
  private void onCount(Backend counting, long failed) {
    if (connects != 0 && connects != counting.connects()) {
      cleanedAt = UNKNOWN;
    }
    connects = counting.connects();
    failedMoves = failed;
  }

  private void onAll(String reply) {
    switch (dialect.outcome(reply)) {
      case MOVED -> {
        // Only now the source may have said that it has a replica.
        if (!waited && replicas.mayWait(env.clock().nowNanos())) {
          next = Next.AWAIT_REPLICA;
          step();
        } else {
          onKnownToReplica();
        }
      }
      case LEFTOVER -> {
        next = Next.REMOVE_LEFTOVERS;
        step();
      }
      case BUSY -> {
        next = Next.AWAIT_TRANSFER;
        step();
      }
      case FAILED -> {
        logRefusal(reply);
        if (dialect.overwrites()) {
          // What it has sent is older than what will arrive, and ended when that has.
          fateIsKnown();
        } else {
          next = Next.CLEAN_TARGET;
          step();
        }
      }
      case REFUSED -> {
        logRefusal(reply);
        fateIsKnown();
      }
    }
  }

  private void logRefusal(String reply) {
    LOGGER.info("moving keys from {} to {}: {}", way.source(), way.target(), reply.strip());
  }

  /** The whole batch has left the source. */
  private void onLeft() {
    delayNanos = FIRST_DELAY_NANOS;
    if (cleanedAt == failedMoves) {
      over(true);
    } else {
      hasLeft = true;
      looks = 0;
      next = dialect.answersLate() ? Next.LOOK_AT_TRANSFER : Next.CLEAN_TARGET;
      step();
    }
  }

  /** Whether the source has a connection to the target that it has not given up. */
  private void lookAtTransfer() {
    call(
        source(),
        STATUS,
        reply -> {
          sourceConnected = !reply.startsWith("*-1") && !reply.startsWith("-");
          next = Next.CLEAN_TARGET;
          step();
        },
        Next.LOOK_AT_TRANSFER);
  }

  /** Until the source has ended the transfer it is at, or given it up. */
  private void awaitTransfer() {
    BackendConnection connection = source().acquireDedicated();
    if (connection == null) {
      fateIsKnown();
      return;
    }
    sent(
        connection,
        source(),
        FENCE,
        reply -> {
          source().releaseDedicated(connection);
          next = Next.MIGRATE;
          if (hasExpired()) {
            fateIsKnown();
          } else {
            step();
          }
        },
        Next.CLEAN_SOURCE);
  }

  /** WAIT is about what was done before the last command of its connection. */
  private void awaitReplica() {
    BackendConnection connection = source().acquire();
    if (connection == null) {
      tryLater();
      return;
    }
    ServerCall.send(connection, env.copies(), PING, reply -> {}, () -> {});
    sent(
        connection,
        source(),
        replicas.command(),
        reply -> {
          replicas.onReply(reply, env.clock().nowNanos());
          onKnownToReplica();
        },
        Next.AWAIT_REPLICA);
  }

  /** Or none is to be waited for. */
  private void onKnownToReplica() {
    if (dialect.overwrites()) {
      next = Next.COUNT_CONNECTIONS;
      step();
    } else {
      onLeft();
    }
  }

  private boolean hasExpired() {
    long now = env.clock().nowNanos();
    return batch.stream().anyMatch(pull -> pull.deadlineNanos() - now <= 0);
  }

  /**
   * A codis-server does not count attempts that fail. But each of them ends the connection it was
   * made on: as long as the target has accepted none since it was cleaned, there was none.
   */
  private void countConnections() {
    call(
        target(),
        CONNECTIONS,
        info -> {
          onCount(target(), InfoField.number(info, "total_connections_received"));
          onLeft();
        },
        Next.COUNT_CONNECTIONS);
  }

  /** MIGRATE has been sent over the others of that name, or may yet arrive over them. */
  private void cleanSource() {
    call(
        source(),
        List.of(ServerCall.bytes("CLIENT"), ServerCall.bytes("LIST")),
        reply ->
            kill(
                source(),
                ids(ClientList.othersOf(ClientList.parse(reply), env.clientName(), way.database())),
                dialect.overwrites() ? Next.MIGRATE : Next.CLEAN_TARGET),
        Next.CLEAN_SOURCE);
  }

  private void cleanTarget() {
    call(
        target(),
        List.of(ServerCall.bytes("CLIENT"), ServerCall.bytes("LIST")),
        this::cleanTarget,
        Next.CLEAN_TARGET);
  }

  private void cleanTarget(String clientList) {
    List<ClientList.Client> clients = ClientList.parse(clientList);
    String host = way.source().host();
    if (!dialect.overwrites()) {
      kill(
          target(),
          ids(clients.stream().filter(client -> client.mayRestoreFrom(host)).toList()),
          Next.MIGRATE);
      return;
    }
    // What was moved has arrived over the newest one, if there still is one: others are outdated.
    List<ClientList.Client> outdated =
        ClientList.outdatedRestores(clients, host, sourceConnected, way.database());
    if (looks++ < LOOKS_MAX && outdated.stream().anyMatch(client -> !client.restores())) {
      // Perhaps one of our own that has not said its name yet.
      tryLater();
      return;
    }
    kill(target(), ids(outdated), Next.MIGRATE);
  }

  private static List<String> ids(List<ClientList.Client> clients) {
    return clients.stream().map(client -> Long.toString(client.id())).toList();
  }

  /** Kills connections of {@code server} one after the other, then goes on with {@code then}. */
  private void kill(Backend server, List<String> ids, Next then) {
    if (ids.isEmpty()) {
      if (next == Next.CLEAN_TARGET) {
        onTargetCleaned();
      } else if (then == Next.MIGRATE) {
        fateIsKnown();
      } else {
        next = then;
        step();
      }
      return;
    }
    call(
        server,
        List.of(
            ServerCall.bytes("CLIENT"),
            ServerCall.bytes("KILL"),
            ServerCall.bytes("ID"),
            ServerCall.bytes(ids.get(0))),
        // Also an error will do: the connection is gone already.
        reply -> kill(server, ids.subList(1, ids.size()), then),
        next);
  }

  private void onTargetCleaned() {
    cleanedAt = failedMoves;
    if (hasLeft) {
      hasLeft = false;
      over(true);
    } else {
      fateIsKnown();
    }
  }

  private void removeLeftovers() {
    asked = true;
    List<Doubtful> keys =
        batch.stream().map(pull -> new Doubtful(pull.key(), pull.proof())).toList();
    if (dialect.looksFirst()) {
      List<Doubtful> doubtful =
          keys.stream().filter(key -> dialect.mayCountOnTarget(key.proof())).toList();
      TargetLook first =
          new TargetLook(source(), target(), env.copies(), doubtful, this::removalOf);
      look = first;
      first.run(this::onRemoved);
    } else {
      removalOf(keys).run(this::onRemoved);
    }
  }

  private LeftoverRemoval removalOf(List<Doubtful> keys) {
    Backend proofs =
        env.pool().server(way.target()).lane(Lane.of(SlotProof.DATABASE, Protocol.RESP2));
    return new LeftoverRemoval(source(), target(), proofs, way.returning(), env.copies(), keys);
  }

  private void onRemoved(boolean done) {
    asked = false;
    if (!abandoned) {
      next = Next.MIGRATE;
      if (done) {
        step();
      } else {
        fateIsKnown();
      }
    }
  }

  /** Nothing is under way any more: gives up what has taken too long, tries the rest again. */
  private void fateIsKnown() {
    next = first();
    long now = env.clock().nowNanos();
    List<Pull> still = new ArrayList<>();
    List<Pull> givenUp = new ArrayList<>();
    for (Pull pull : batch) {
      (pull.deadlineNanos() - now > 0 ? still : givenUp).add(pull);
    }
    batch = still;
    tryLater();
    givenUp.forEach(pull -> pull.listener().onOver(pull.key(), false));
  }

  private void tryLater() {
    // Two servers that wait for one another must not begin again at the same time.
    long delay = delayNanos / 2 + env.random().nextLong(delayNanos);
    retryAtNanos = env.clock().nowNanos() + delay;
    delayNanos = Math.min(delayNanos * 2, MAX_DELAY_NANOS);
  }

  private void over(boolean moved) {
    List<Pull> done = batch;
    batch = List.of();
    next = first();
    done.forEach(pull -> pull.listener().onOver(pull.key(), moved));
    if (!wanted.isEmpty()) {
      schedule();
    }
  }

  /** One of the servers is being replaced; what it may still do does not matter any more. */
  @Override
  public void abandon() {
    abandoned = true;
    source().breakAll("the server is being replaced");
    target().breakAll("the server is being replaced");
    List<Pull> rest = new ArrayList<>(batch);
    rest.addAll(wanted);
    batch = List.of();
    wanted.clear();
    rest.forEach(pull -> pull.listener().onOver(pull.key(), false));
  }

  private void call(Backend server, List<byte[]> command, Consumer<String> onReply, Next ifLost) {
    BackendConnection connection = server.acquire();
    if (connection == null) {
      // Nothing was sent, so nothing has become less certain than it was.
      if (next == first()) {
        fateIsKnown();
      } else {
        tryLater();
      }
      return;
    }
    sent(connection, server, command, onReply, ifLost);
  }

  private void sent(
      BackendConnection connection,
      Backend server,
      List<byte[]> command,
      Consumer<String> onReply,
      Next ifLost) {
    asked = true;
    ServerCall.send(
        connection,
        env.copies(),
        command,
        reply -> {
          asked = false;
          if (!abandoned) {
            onReply.accept(reply);
          }
        },
        () -> {
          asked = false;
          if (!abandoned) {
            LOGGER.info(
                "moving keys from {} to {}: {} was lost in {}",
                way.source(),
                way.target(),
                server.server(),
                next.name().toLowerCase(Locale.ROOT));
            next = ifLost;
            tryLater();
          }
        });
  }

  private Backend source() {
    return env.pool().server(way.source()).lane(Lane.of(way.database(), Protocol.RESP2));
  }

  private Backend target() {
    return env.pool().server(way.target()).lane(Lane.of(way.database(), Protocol.RESP2));
  }
}
