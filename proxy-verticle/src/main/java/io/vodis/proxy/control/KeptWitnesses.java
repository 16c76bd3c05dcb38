package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply.Released;
import io.vodis.lifecycle.Later;
import io.vodis.lifecycle.Periodic;
import io.vodis.lifecycle.Threads;
import io.vodis.model.Member;
import io.vodis.proxy.control.WitnessRecord.Statement;
import io.vodis.store.Witnesses;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the next process of this proxy needs to take its place while the store is away, in a file:
 * who may vouch for this one, and the epoch of its table.
 *
 * <p>Whatever the file says is so: these are the witnesses that the store has, and no newer table
 * has been acknowledged. Therefore it is emptied <em>before</em> a newer table is acknowledged,
 * before other witnesses are named and before the proxy leaves, and is written again once a table
 * stands still for a moment. While tables change in quick succession it stays empty, and costs
 * nothing.
 *
 * <p>If the disk does not let it be emptied, those whom it names are asked not to vouch for it any
 * more, as a leader asks before it passes a proxy over; when enough of them have promised that, it
 * may say what it likes. Only if that fails, too, is a table not acknowledged. A broken disk is
 * looked at again every second, and a whole one now and then, so that it is known to be broken
 * before that matters.
 */
final class KeptWitnesses implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(KeptWitnesses.class);
  private static final Duration START_PATIENCE = Duration.ofSeconds(10);
  private static final Duration DISK_PATIENCE = Duration.ofSeconds(3);
  private static final Duration CARE_INTERVAL = Duration.ofSeconds(1);

  /** A disk with which nothing seems to be wrong is looked at so much less often. */
  private static final int CHECK_ROUNDS = 10;

  private final @Nullable Path path;
  private final Opener opener;
  private final Disk disk;
  private final BiFunction<Member, Witnesses, Future<Released>> release;
  private final Optional<Statement> left;
  private final @Nullable Periodic care;

  /** Guards what follows, and is never held while the disk or a member is waited for. */
  private final Lock lock = Threads.current().newLock();

  private final WitnessRecord record = new WitnessRecord();
  private @Nullable Promise<Void> takingBack;
  private volatile boolean withholding;
  private volatile boolean leaving;

  /** Touched by the work of {@link #disk} only, which is one at a time. */
  private @Nullable WitnessFile file;

  private int round;

  /** {@link WitnessFile#open} but in tests. */
  interface Opener {
    WitnessFile open(Path path) throws IOException;
  }

  /** For tests: with another way to the disk, and more or less often cared for. */
  KeptWitnesses(
      @Nullable Path path,
      String token,
      BiFunction<Member, Witnesses, Future<Released>> release,
      Opener opener,
      Duration careInterval) {
    this.path = path;
    this.opener = opener;
    this.release = release;
    this.disk =
        new Disk(
            "the file of witnesses " + path, "without the store this proxy could not be restarted");
    if (path == null) {
      this.left = Optional.empty();
      this.care = null;
    } else {
      this.left = begin(path, token);
      this.care = Periodic.start("witnesses file", careInterval, this::takeCare);
    }
  }

  /** Keeps nothing. */
  static KeptWitnesses none() {
    return new KeptWitnesses(
        null,
        "",
        (member, named) -> Future.failedFuture("nothing is kept"),
        WitnessFile::open,
        CARE_INTERVAL);
  }

  /**
   * Opens and locks the file. As long as it cannot be used nothing is kept.
   *
   * @param token of this proxy; what another has left is not taken
   * @param release asks a member not to vouch for that list any more; fails if it does not answer
   *     soon
   */
  static KeptWitnesses open(
      Path path, String token, BiFunction<Member, Witnesses, Future<Released>> release) {
    return new KeptWitnesses(path, token, release, WitnessFile::open, CARE_INTERVAL);
  }

  /**
   * A file that cannot be written does not count, whatever it says: every change waits until the
   * process that has left it is passed over, and then nobody vouches for its list.
   */
  private Optional<Statement> begin(Path given, String token) {
    List<Statement> found = new ArrayList<>();
    boolean usable =
        disk.run(
            () -> {
              WitnessFile opened = opener.open(given);
              try {
                Optional<Statement> said =
                    opened.read().filter(s -> s.witnesses().proxy().token().equals(token));
                if (said.isEmpty()) {
                  opened.empty();
                }
                opened.requireWritable();
                said.ifPresent(found::add);
                file = opened;
              } catch (IOException e) {
                opened.close();
                throw e;
              }
            },
            START_PATIENCE);
    Optional<Statement> said = usable ? found.stream().findFirst() : Optional.empty();
    record.onFound(said);
    return said;
  }

  /** What was there at the start. */
  Optional<Statement> left() {
    return left;
  }

  /** What is wrong now, in words; empty if nothing is known. */
  Optional<String> trouble() {
    return disk.trouble()
        .map(
            words ->
                withholding
                    ? words
                        + "; and what it says cannot be revoked either, so that changes wait for"
                        + " this proxy"
                    : words);
  }

  /**
   * A table is about to be acknowledged. Does not block.
   *
   * @return done when the file cannot be taken for newer than it is; fails if it might be
   */
  Future<Void> acknowledging(long epoch) {
    Promise<Void> promise;
    lock.lock();
    try {
      record.onAcknowledging(epoch);
      if (!record.holdsUp()) {
        return Future.succeededFuture();
      }
      if (takingBack != null) {
        return takingBack.future();
      }
      promise = Promise.promise();
      takingBack = promise;
    } finally {
      lock.unlock();
    }
    var unused = Threads.current().start("kept witnesses", () -> takeBackFor(promise));
    return promise.future();
  }

  private void takeBackFor(Promise<Void> promise) {
    boolean done = false;
    try {
      done = takeBack();
    } finally {
      lock.lock();
      try {
        takingBack = null;
      } finally {
        lock.unlock();
      }
      if (done) {
        promise.complete();
      } else {
        promise.fail(
            BusFailure.INTERNAL.asException(
                trouble().orElse("what the file of witnesses says cannot be taken back")));
      }
    }
  }

  /**
   * Others are about to be named. Blocks.
   *
   * @return false if that must not be done now
   */
  boolean naming() {
    tell(WitnessRecord::onNaming);
    return takeBack();
  }

  /**
   * The store has these now.
   *
   * @param registered a table of a lower epoch must not be served
   */
  void named(Witnesses witnesses, long registered) {
    tell(r -> r.onNamed(witnesses, registered));
    write();
  }

  /** Whether those that the store has for this proxy will not vouch for it any more. */
  boolean isRevoked(Witnesses witnesses) {
    return locked(r -> r.isRevoked(witnesses));
  }

  /** The table of that epoch is in force and in its file. */
  void tableKept(long epoch) {
    tell(r -> r.onTableKept(epoch));
    write();
  }

  /**
   * The process ends. Blocks.
   *
   * @param storeIsLost then the successor may need the file
   * @return whether what this proxy has in the store may be taken away: not if the successor counts
   *     on it
   */
  boolean leave(boolean storeIsLost) {
    boolean counts =
        locked(
            r -> {
              leaving = true;
              r.onNaming();
              return r.held().isPresent();
            });
    return !(storeIsLost && counts) && takeBack();
  }

  /** Whether nothing that the file may say counts any more. Blocks. */
  private boolean takeBack() {
    Optional<Statement> held = locked(WitnessRecord::held);
    boolean done = held.isEmpty() || disk.run(this::empty, DISK_PATIENCE) || revoke(held.get());
    withhold(!done && locked(WitnessRecord::holdsUp));
    return done;
  }

  private void withhold(boolean now) {
    if (now && !withholding) {
      LOGGER.error(
          "what the file of witnesses says can be neither erased nor revoked, so that changes wait"
              + " for this proxy: mend the disk, or let the members answer");
    }
    withholding = now;
  }

  private void empty() throws IOException {
    if (file != null) {
      file.empty();
    }
    tell(WitnessRecord::onEmptied);
  }

  /** As the leader does before it goes on without a proxy. */
  private boolean revoke(Statement held) {
    Witnesses named = held.witnesses();
    List<Future<Released>> answers =
        named.members().stream().map(member -> release.apply(member, named)).toList();
    int agreeing = 0;
    for (Future<Released> answer : answers) {
      agreeing += agrees(answer) ? 1 : 0;
    }
    if (!named.release(agreeing)) {
      LOGGER.debug("{} of {} members agree", agreeing, named.members().size());
      return false;
    }
    LOGGER.info(
        "{} of {} members will not vouch for what the file of witnesses says",
        agreeing,
        named.members().size());
    return locked(
        r -> {
          r.onRevoked(held);
          return r.held().isEmpty();
        });
  }

  /** No answer is no agreement. */
  private static boolean agrees(Future<Released> answer) {
    Later<Boolean> word = new Later<>();
    answer.onComplete(
        released -> word.complete(released.waitMillis() == 0), none -> word.complete(false));
    try {
      return word.awaitInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** If there is something new to say. */
  private void write() {
    if (path != null && locked(WitnessRecord::toWrite).isPresent()) {
      boolean unused = disk.run(this::writeNewest, DISK_PATIENCE);
    }
  }

  private void writeNewest() throws IOException {
    WitnessFile present = reopened();
    if (locked(WitnessRecord::toWrite).isEmpty()) {
      return;
    }
    present.empty();
    Optional<Statement> statement =
        locked(
            r -> {
              r.onEmptied();
              Optional<Statement> wanted = r.toWrite();
              wanted.ifPresent(r::onWriting);
              return wanted;
            });
    if (statement.isEmpty()) {
      return; // a newer table has come at this moment, and has found nothing to take back
    }
    try {
      present.write(statement.get());
    } catch (IOException e) {
      empty(); // at once, rather than when a change waits for it
      throw e;
    }
    tell(r -> r.onWritten(statement.get()));
  }

  /**
   * The file, opened anew if it is not in its place any more, or broken. What it says and what
   * counts is taken back first: it may have been put aside, and come back.
   */
  private WitnessFile reopened() throws IOException {
    WitnessFile present = file;
    boolean counts = locked(WitnessRecord::held).isPresent();
    if (present != null && present.isInPlace() && (counts || disk.trouble().isEmpty())) {
      return present;
    }
    if (present != null) {
      if (counts) {
        empty();
      }
      present.close();
      file = null;
    }
    WitnessFile opened = opener.open(Objects.requireNonNull(path));
    try {
      opened.empty();
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    file = opened;
    return opened;
  }

  private void takeCare() {
    if (leaving) {
      return;
    }
    round++;
    boolean broken = disk.trouble().isPresent();
    if (broken || round % CHECK_ROUNDS == 0) {
      boolean unused = disk.run(() -> reopened().requireWritable(), DISK_PATIENCE);
    }
    if (withholding && !locked(WitnessRecord::holdsUp)) {
      withholding = false;
    }
    write();
  }

  private void tell(Consumer<WitnessRecord> event) {
    lock.lock();
    try {
      event.accept(record);
    } finally {
      lock.unlock();
    }
  }

  private <T> T locked(Function<WitnessRecord, T> step) {
    lock.lock();
    try {
      return step.apply(record);
    } finally {
      lock.unlock();
    }
  }

  /** Lets the next process have the file. */
  @Override
  public void close() {
    if (care != null) {
      care.close();
    }
    boolean unused =
        disk.run(
            () -> {
              WitnessFile present = file;
              file = null;
              if (present != null) {
                present.close();
              }
            },
            DISK_PATIENCE);
  }
}
