package io.vodis.proxy.control;

import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.bus.TableText;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Periodic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last table in a file, written whole or not at all, and at most twice a second however often
 * tables change. One that cannot be written is tried again until it can: meanwhile nothing is lost
 * but a start without a leader, who has the table too.
 */
final class KeptTable implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(KeptTable.class);
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final Duration DISK_PATIENCE = Duration.ofSeconds(3);

  /** In a disk that is broken, a write is begun once in so many intervals. */
  private static final int RETRY_ROUNDS = 2;

  /** A file that was written is looked for so much less often. */
  private static final int CHECK_ROUNDS = 20;

  /** Many times what a table of single slots takes. */
  private static final long SIZE_MAX = 8 << 20;

  private final Path file;
  private final Path draft;
  private final LongConsumer onRest;
  private final Disk disk;
  private final Periodic writes;
  private volatile @Nullable FillSlots newest;
  private @Nullable FillSlots written;
  private boolean justWritten;
  private int round;

  /**
   * Begins to keep.
   *
   * @param incarnation of this process: another one may use the same directory
   * @param onRest is told the epoch of each table that is in the file and was not replaced for one
   *     interval: who has to do something before the next one is not to have it at every step of a
   *     move
   */
  KeptTable(Path file, String incarnation, LongConsumer onRest) {
    this.file = file;
    this.draft = file.resolveSibling(file.getFileName() + "." + incarnation);
    this.onRest = onRest;
    this.disk =
        new Disk(
            "the slot table " + file,
            "without a topom this proxy could not be started again (see proxy_table_dir)");
    this.writes = Periodic.start("kept table", INTERVAL, this::writeIfNewer);
  }

  /** Reads a file; empty, and told in the log, if there is no whole table in it. */
  static Optional<FillSlots> read(Path file) {
    try {
      if (Files.size(file) > SIZE_MAX) {
        throw new IOException("larger than " + SIZE_MAX + " bytes");
      }
      return Optional.of(TableText.read(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOGGER.warn("the table in {} cannot be used: {}", file, OneLine.of(e));
      return Optional.empty();
    }
  }

  /** Has this table written soon. */
  void keep(FillSlots table) {
    newest = table;
  }

  /** What is wrong now, in words; empty if nothing is known. */
  Optional<String> trouble() {
    return disk.trouble();
  }

  private synchronized void writeIfNewer() {
    FillSlots table = newest;
    round++;
    if (table == null) {
      return;
    }
    if (table == written) {
      if (justWritten) {
        justWritten = false;
        onRest.accept(table.epoch());
      } else if (round % CHECK_ROUNDS == 0 && !Files.exists(file)) {
        written = null; // whoever has removed it has not removed the need for it
      }
      return;
    }
    justWritten = false;
    if (disk.trouble().isPresent() && round % RETRY_ROUNDS != 0) {
      return;
    }
    if (disk.run(() -> write(table), DISK_PATIENCE)) {
      written = table;
      justWritten = true;
    }
  }

  private void write(FillSlots table) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    try {
      writeDraft(TableText.write(table));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      removeDraft(e);
      throw e;
    }
  }

  /** A disk that is full needs the room. */
  private void removeDraft(IOException because) {
    try {
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private void writeDraft(byte[] text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text);
      while (bytes.hasRemaining()) {
        var unused = channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** Writes what has not been written yet. */
  @Override
  public void close() {
    writes.close();
    round = RETRY_ROUNDS;
    writeIfNewer();
  }
}
