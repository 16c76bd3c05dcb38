package io.vodis.topom.dump;

import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisAdminException.Kind;
import io.vodis.redis.RedisSession;
import io.vodis.redis.RedisSession.Answer;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One way: one batch at a time, over one connection to each of both servers. */
final class DumpLane {

  private static final Logger LOGGER = LoggerFactory.getLogger(DumpLane.class);

  /** A batch of which a key expires meanwhile is moved key by key. */
  private static final int ATTEMPTS_MAX = 5;

  /** For so long a sweep lets those go first who are waited for by clients. */
  private static final int GIVE_WAY_MILLIS_MAX = 50;

  private static final long REPLICA_PAUSE_MIN = 1_000_000_000L;
  private static final long REPLICA_PAUSE_MAX = 60_000_000_000L;
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

  /** Both connections; never opened again, only replaced. */
  private record Ends(RedisSession source, RedisSession target) {
    void close() {
      source.close();
      target.close();
    }
  }

  private record Dump(DumpKey key, long timeToLive, byte[] bytes) {}

  private final DumpWay way;
  private final DumpServers servers;
  private final String name;
  private final Supplier<Collection<DumpLane>> all;
  private final Threads threads = Threads.current();
  private final Lock lock = threads.newLock();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger urgent = new AtomicInteger();
  private volatile @Nullable Ends ends;

  /** Something may have been sent that a server has not executed yet. */
  private volatile boolean doubt;

  /** Nobody before this term can move keys this way any more. */
  private boolean alone;

  /** How the source deletes; Redis before 4 does not know UNLINK. */
  private String delete = "UNLINK";

  /** For so long no replica is waited for, in nanoseconds; 0 if the last one has answered. */
  private long replicaPause;

  private long replicaAgainNanos;

  /**
   * A way without connections.
   *
   * @param all ways of the term
   */
  DumpLane(DumpWay way, DumpServers servers, int number, Supplier<Collection<DumpLane>> all) {
    this.way = way;
    this.all = all;
    this.servers = servers;
    // With an end: the name of lane 1 must not be the beginning of that of lane 10.
    this.name = servers.name() + ":" + number + "/";
  }

  DumpWay way() {
    return way;
  }

  boolean isBusy() {
    return waiting.get() > 0;
  }

  /** For a sweep, which others may overtake. */
  boolean move(List<DumpKey> keys, Duration timeout, BooleanSupplier proceed) {
    giveWay();
    return move(keys, timeout, proceed, Duration.ZERO);
  }

  /**
   * For clients that wait.
   *
   * @param replicaWait how long a replica of the source is waited for that knows of it
   */
  boolean moveFirst(
      List<DumpKey> keys, Duration timeout, BooleanSupplier proceed, Duration replicaWait) {
    urgent.incrementAndGet();
    try {
      return move(keys, timeout, proceed, replicaWait);
    } finally {
      urgent.decrementAndGet();
    }
  }

  private boolean move(
      List<DumpKey> keys, Duration timeout, BooleanSupplier proceed, Duration replicaWait) {
    waiting.incrementAndGet();
    lock.lock();
    try {
      boolean moved = moveAlone(keys, timeout, proceed);
      if (moved) {
        awaitReplica(replicaWait);
      }
      return moved;
    } catch (RuntimeException e) {
      boolean answered = e instanceof RedisAdminException known && known.kind() == Kind.REFUSED;
      doubt |= ends != null && !answered;
      closeEnds(); // With whatever it watches.
      throw e;
    } finally {
      lock.unlock();
      waiting.decrementAndGet();
    }
  }

  /**
   * Else a failover of the source could bring back what is deleted on the target since. Not tried
   * again at once where no replica has answered in time.
   */
  private void awaitReplica(Duration replicaWait) {
    Ends open = ends;
    long now = servers.clock().nanoTime();
    boolean useless = replicaPause != 0 && now - replicaAgainNanos < 0;
    if (open == null || replicaWait.isZero() || useless) {
      return;
    }
    String millis = Long.toString(replicaWait.toMillis());
    List<byte[]> wait = Replies.command("WAIT", "1", millis);
    if (Replies.number(open.source().call(CALL_TIMEOUT.plus(replicaWait), wait), 0) > 0) {
      replicaPause = 0;
    } else {
      replicaPause = Math.clamp(replicaPause * 2, REPLICA_PAUSE_MIN, REPLICA_PAUSE_MAX);
      replicaAgainNanos = now + replicaPause;
    }
  }

  private void giveWay() {
    for (int i = 0; i < GIVE_WAY_MILLIS_MAX && urgent.get() > 0; i++) {
      threads.sleep(Duration.ofMillis(1));
    }
  }

  private boolean moveAlone(List<DumpKey> keys, Duration timeout, BooleanSupplier proceed) {
    Ends open = open();
    if (!proceed.getAsBoolean()) {
      return false;
    }
    if (!moveOnce(open, keys, timeout)) {
      for (DumpKey key : keys) {
        if (!proceed.getAsBoolean()) {
          return false;
        }
        moveOne(open, key, timeout);
      }
    }
    return true;
  }

  private void moveOne(Ends open, DumpKey key, Duration timeout) {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (moveOnce(open, List.of(key), timeout)) {
        return;
      }
    }
    throw new RedisAdminException(
        way.source(), Kind.REFUSED, "a key changes while it is being moved", null);
  }

  /** Opened before the term is confirmed: whoever leads next finds them, and ends them. */
  private Ends open() {
    endDoubt();
    Ends present = ends;
    if (present != null) {
      return present;
    }
    if (!alone) {
      servers.endStrangers().accept(way.source());
      servers.endStrangers().accept(way.target());
      alone = true;
    }
    for (DumpLane other : all.get()) {
      if (other != this) {
        other.endOn(way.source());
        other.endOn(way.target());
      }
    }
    RedisSession source = servers.opener().open(way.source(), way.database(), CALL_TIMEOUT);
    try {
      Reply unused = source.call(CALL_TIMEOUT, setName());
      RedisSession target = servers.opener().open(way.target(), way.database(), CALL_TIMEOUT);
      present = new Ends(source, target);
      unused = target.call(CALL_TIMEOUT, setName());
      servers.confirm().run();
    } catch (RuntimeException e) {
      source.close();
      if (present != null) {
        present.close();
      }
      throw e;
    }
    ends = present;
    return present;
  }

  private List<byte[]> setName() {
    return Replies.command("CLIENT", "SETNAME", name);
  }

  /** False if a key has changed on the source meanwhile, which is to say that it has expired. */
  private boolean moveOnce(Ends open, List<DumpKey> keys, Duration timeout) {
    List<Dump> dumps = dump(open.source(), keys, timeout);
    long dumpedNanos = servers.clock().nanoTime();
    if (dumps.isEmpty()) {
      Reply unused = open.source().call(timeout, Replies.command("UNWATCH"));
      return true;
    }
    List<DumpKey> there = new ArrayList<>();
    String refusal = restore(open.target(), dumps, dumpedNanos, timeout, there);
    boolean gone = unlink(open.source(), there, timeout);
    if (!refusal.isEmpty()) {
      throw new RedisAdminException(way.target(), Kind.REFUSED, refusal, null);
    }
    return gone;
  }

  /** Keys that do not exist are not among what is returned. */
  private static List<Dump> dump(RedisSession source, List<DumpKey> keys, Duration timeout) {
    List<List<byte[]>> commands = new ArrayList<>(2 * keys.size() + 1);
    List<byte[]> watch = Replies.command("WATCH");
    keys.forEach(key -> watch.add(key.name()));
    commands.add(watch);
    for (DumpKey key : keys) {
      commands.add(command("PTTL", key));
      commands.add(command("DUMP", key));
    }
    List<Reply> replies = source.callAll(timeout, commands);
    List<Dump> dumps = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      if (replies.get(2 * i + 2) instanceof Reply.Text dump) {
        long timeToLive = Replies.number(replies.get(2 * i + 1), -1);
        dumps.add(new Dump(keys.get(i), timeToLive, dump.bytes()));
      }
    }
    return dumps;
  }

  /**
   * Puts what was dumped on the target.
   *
   * @param there gets the keys that are there now
   * @return why others are not, in the server's words; empty if all are
   */
  private String restore(
      RedisSession target,
      List<Dump> dumps,
      long dumpedNanos,
      Duration timeout,
      List<DumpKey> there) {
    List<Answer> answers = target.callEach(timeout, restores(dumps, dumpedNanos, false));
    List<Dump> leftovers = new ArrayList<>();
    String refusal = "";
    for (int i = 0; i < dumps.size(); i++) {
      Dump dump = dumps.get(i);
      Answer answer = answers.get(i);
      if (!answer.isRefused() || isBusy(answer) && countsOnTarget(dump.key())) {
        there.add(dump.key());
      } else if (isBusy(answer)) {
        leftovers.add(dump);
      } else {
        refusal = answer.refusal();
      }
    }
    if (leftovers.isEmpty()) {
      return refusal;
    }
    answers = target.callEach(timeout, restores(leftovers, dumpedNanos, true));
    for (int i = 0; i < leftovers.size(); i++) {
      if (answers.get(i).isRefused()) {
        refusal = answers.get(i).refusal();
      } else {
        there.add(leftovers.get(i).key());
      }
    }
    return refusal;
  }

  /** Of a key that has been seen on the target just now. */
  private boolean countsOnTarget(DumpKey key) {
    if (key.proof() == 0) {
      return key.returning();
    }
    List<byte[]> read = SlotProof.read(SlotHash.slotOf(key.name()));
    Reply number = servers.admin().call(way.target(), SlotProof.DATABASE, CALL_TIMEOUT, read);
    return Replies.number(number, 0) == key.proof();
  }

  private static boolean isBusy(Answer answer) {
    return answer.refusal().startsWith("BUSYKEY");
  }

  private List<List<byte[]>> restores(List<Dump> dumps, long dumpedNanos, boolean replace) {
    long passedMillis = (servers.clock().nanoTime() - dumpedNanos) / 1_000_000;
    List<List<byte[]>> commands = new ArrayList<>(dumps.size());
    for (Dump dump : dumps) {
      List<byte[]> command = command("RESTORE", dump.key());
      long timeToLive = dump.timeToLive();
      // 0 is for ever: what should have expired by now does so in a moment.
      command.add(ascii(timeToLive < 0 ? 0 : Math.max(1, timeToLive - passedMillis)));
      command.add(dump.bytes());
      if (replace) {
        command.addAll(Replies.command("REPLACE"));
      }
      commands.add(command);
    }
    return commands;
  }

  /**
   * False if none has been removed, because a key was touched since it was dumped or the source
   * does not know how: then the keys are dumped again.
   */
  private boolean unlink(RedisSession source, List<DumpKey> keys, Duration timeout) {
    if (keys.isEmpty()) {
      Reply unused = source.call(timeout, Replies.command("UNWATCH"));
      return true;
    }
    List<byte[]> unlink = Replies.command(delete);
    keys.forEach(key -> unlink.add(key.name()));
    List<Answer> answers =
        source.callEach(
            timeout, List.of(Replies.command("MULTI"), unlink, Replies.command("EXEC")));
    if (answers.get(1).refusal().contains("unknown command")) {
      delete = "DEL";
      return false;
    }
    for (Answer answer : answers) {
      if (answer.isRefused()) {
        throw new RedisAdminException(way.source(), Kind.REFUSED, answer.refusal(), null);
      }
    }
    return answers.getLast().reply() instanceof Reply.Items;
  }

  private static List<byte[]> command(String command, DumpKey key) {
    List<byte[]> words = Replies.command(command);
    words.add(key.name());
    return words;
  }

  private static byte[] ascii(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns when nothing is under way and nothing can be executed late. */
  void settle() {
    lock.lock();
    try {
      endDoubt();
      closeEnds();
    } finally {
      lock.unlock();
    }
  }

  private void endDoubt() {
    if (doubt) {
      int killed = servers.admin().killClients(way.source(), name, CALL_TIMEOUT);
      killed += servers.admin().killClients(way.target(), name, CALL_TIMEOUT);
      LOGGER.info(
          "{} connections between {} and {} are ended: what they had sent was not answered",
          killed,
          way.source(),
          way.target());
      doubt = false;
    }
  }

  /**
   * Ends, on a server, what may still come this way although nobody goes it any more: another
   * server has taken the place of one of its own, and moves the same keys.
   */
  void endOn(HostAndPort server) {
    boolean deserted =
        !servers.isPrimary().test(way.source()) || !servers.isPrimary().test(way.target());
    if (deserted && (doubt || isBusy()) && way.involves(server)) {
      int unused = servers.admin().killClients(server, name, CALL_TIMEOUT);
    }
  }

  private void closeEnds() {
    Ends present = ends;
    ends = null;
    if (present != null) {
      present.close();
    }
  }

  /** The term is over: ends also what is under way, without waiting for it. */
  void close() {
    closeEnds();
  }
}
