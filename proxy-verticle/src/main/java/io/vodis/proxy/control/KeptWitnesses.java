package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vodis.bus.BusFailure;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Threads;
import io.vodis.store.MemberRows;
import io.vodis.store.StoreException;
import io.vodis.store.Witnesses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.zip.CRC32;
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
 * <p>The file is locked for as long as the process lives, so that two never take the same place.
 */
final class KeptWitnesses implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(KeptWitnesses.class);
  private static final int SIZE_MAX = 1 << 20;
  private static final long NOTHING = -1;

  /**
   * What the process before has left.
   *
   * @param epoch of the newest table that it has acknowledged
   */
  record Left(long epoch, Witnesses witnesses) {}

  private final @Nullable FileChannel file;
  private final Optional<Left> left;
  private final Lock lock = Threads.current().newLock();

  /**
   * Acknowledged, or about to be. Written before {@link #said} is read, and the other way round.
   */
  private final AtomicLong newest = new AtomicLong(NOTHING);

  /** The epoch that the file may name. */
  private volatile long said;

  private long keptEpoch = NOTHING;
  private @Nullable Witnesses named;
  private long registeredEpoch;
  private boolean warned;

  private KeptWitnesses(@Nullable FileChannel file, Optional<Left> left) {
    this.file = file;
    this.left = left;
    this.said = left.map(Left::epoch).orElse(NOTHING);
  }

  /** Keeps nothing. */
  static KeptWitnesses none() {
    return new KeptWitnesses(null, Optional.empty());
  }

  /**
   * Opens and locks the file. One that cannot be used is told in the log, and nothing is kept.
   *
   * @param token of this proxy; what another has left is not taken
   */
  static KeptWitnesses open(Path path, String token) {
    FileChannel opened = null;
    try {
      Path directory = path.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      opened =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (opened.tryLock() != null) {
        Optional<Left> found =
            read(path, opened).filter(l -> l.witnesses().proxy().token().equals(token));
        if (found.isEmpty()) {
          opened.truncate(0);
        }
        requireWritable(opened);
        return new KeptWitnesses(opened, found);
      }
      warn(path, "another process has it");
    } catch (IOException | OverlappingFileLockException e) {
      warn(path, e.toString());
    }
    closeQuietly(opened);
    return none();
  }

  /**
   * Changes would wait for a proxy whose file says something that it cannot take back. One that
   * does not use it holds up nothing: whatever the process before has left there counts only until
   * that is passed over, which every change waits for.
   */
  private static void requireWritable(FileChannel file) throws IOException {
    ByteBuffer present = ByteBuffer.allocate((int) file.size());
    while (present.hasRemaining() && file.read(present, present.position()) > 0) {
      continue;
    }
    present.flip();
    for (long at = 0; present.hasRemaining(); ) {
      at += file.write(present, at);
    }
    file.force(true);
  }

  private static void warn(Path path, String why) {
    LOGGER.warn(
        "{} is not used, this proxy could not be restarted without the store: {}", path, why);
  }

  /** The first line has the epoch and a checksum of all that follows. */
  private static Optional<Left> read(Path path, FileChannel file) throws IOException {
    if (file.size() == 0 || file.size() > SIZE_MAX) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
      continue;
    }
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    int end = text.indexOf('\n');
    String[] head = end < 0 ? new String[0] : text.substring(0, end).split(" ", -1);
    byte[] rows = text.substring(end + 1).getBytes(StandardCharsets.UTF_8);
    if (head.length != 2 || !head[1].equals(checksum(head[0], rows))) {
      LOGGER.info("{} was not written to its end", path);
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Left(Long.parseLong(head[0]), MemberRows.readWitnesses(path.toString(), rows)));
    } catch (NumberFormatException | StoreException e) {
      LOGGER.warn("{} cannot be read: {}", path, OneLine.of(e));
      return Optional.empty();
    }
  }

  private static String checksum(String epoch, byte[] rows) {
    CRC32 crc = new CRC32();
    crc.update(epoch.getBytes(StandardCharsets.UTF_8));
    crc.update(rows);
    return Long.toHexString(crc.getValue());
  }

  /** What was there at the start. */
  Optional<Left> left() {
    return left;
  }

  /**
   * A table is about to be acknowledged. Does not block.
   *
   * @return done when the file cannot be taken for newer than it is; fails if it might be
   */
  Future<Void> acknowledging(long epoch) {
    newest.accumulateAndGet(epoch, Math::max);
    long present = said;
    if (present == NOTHING || present == epoch) {
      return Future.succeededFuture();
    }
    Promise<Void> emptied = Promise.promise();
    Threads.current()
        .start(
            "kept witnesses",
            () -> {
              if (empty(true)) {
                emptied.complete();
              } else {
                emptied.fail(BusFailure.INTERNAL.asException("cannot empty the file of witnesses"));
              }
            });
    return emptied.future();
  }

  /**
   * Others are about to be named. Blocks.
   *
   * @return false if that must not be done now
   */
  boolean naming() {
    lock.lock();
    try {
      named = null;
      return empty(false);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The store has these now.
   *
   * @param registered a table of a lower epoch must not be served
   */
  void named(Witnesses witnesses, long registered) {
    lock.lock();
    try {
      named = witnesses;
      registeredEpoch = registered;
      writeIfSo();
    } finally {
      lock.unlock();
    }
  }

  /** The table of that epoch is in force and in its file. */
  void tableKept(long epoch) {
    lock.lock();
    try {
      keptEpoch = epoch;
      newest.accumulateAndGet(epoch, Math::max);
      writeIfSo();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The process ends. Blocks.
   *
   * @param storeIsLost then the successor may need the file
   * @return whether what this proxy has in the store may be taken away: not if the successor counts
   *     on it
   */
  boolean leave(boolean storeIsLost) {
    lock.lock();
    try {
      named = null;
      return (!storeIsLost || said == NOTHING) && empty(false);
    } finally {
      lock.unlock();
    }
  }

  /** Fails only if the file says something and that cannot be changed. */
  private boolean empty(boolean forNewerTable) {
    lock.lock();
    try {
      if (file == null || said == NOTHING || forNewerTable && said == newest.get()) {
        return true;
      }
      file.truncate(0);
      file.force(true);
      said = NOTHING;
      warned = false;
      return true;
    } catch (IOException e) {
      if (!warned) {
        warned = true;
        LOGGER.error(
            "the file of witnesses cannot be emptied, so that changes wait for this proxy (mend the"
                + " disk or restart the proxy, which then does without the file): {}",
            OneLine.of(e));
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void writeIfSo() {
    Witnesses present = named;
    if (file == null
        || present == null
        || keptEpoch < registeredEpoch
        || keptEpoch != newest.get()
        || !empty(false)) {
      return;
    }
    said = keptEpoch;
    if (newest.get() != keptEpoch) {
      said = NOTHING; // a newer table has come at this moment, and may have found nothing to empty
      return;
    }
    String epoch = Long.toString(keptEpoch);
    byte[] rows = MemberRows.writeWitnesses(present);
    ByteBuffer head =
        ByteBuffer.wrap(
            (epoch + " " + checksum(epoch, rows) + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      long at = writeAll(head, 0);
      long unused = writeAll(ByteBuffer.wrap(rows), at);
      file.force(true);
    } catch (IOException e) {
      LOGGER.warn("the witnesses are not kept: {}", OneLine.of(e));
      boolean unused = empty(false); // at once, rather than when a change waits for it
    }
  }

  private long writeAll(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += Objects.requireNonNull(file).write(bytes, position);
    }
    return position;
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOGGER.debug("a file did not close", e);
      }
    }
  }

  /** Lets the next process have the file. */
  @Override
  public void close() {
    closeQuietly(file);
  }
}
