package io.vodis.proxy.control;

import io.vodis.lifecycle.OneLine;
import io.vodis.store.MemberRows;
import io.vodis.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of {@link KeptWitnesses}: a first line with the epoch and a checksum of all, then the
 * witnesses. What is not whole says nothing. Locked for as long as it is open, so that two
 * processes never take the same place. Every method may block for as long as the disk does.
 */
final class WitnessFile implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(WitnessFile.class);
  private static final int SIZE_MAX = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final @Nullable Object key;

  private WitnessFile(Path path, FileChannel channel, @Nullable Object key) {
    this.path = path;
    this.channel = channel;
    this.key = key;
  }

  /** Opens and locks it, and makes it and its directory if need be. */
  static WitnessFile open(Path path) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw new FileSystemException(path.toString(), null, "another process has it");
      }
      return new WitnessFile(path, channel, keyOf(path));
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new FileSystemException(path.toString(), null, "another proxy of this process has it");
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** Whether whoever opens the path would find this file. */
  boolean isInPlace() throws IOException {
    try {
      return Objects.equals(key, keyOf(path));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** What it says; empty if nothing. */
  Optional<WitnessRecord.Statement> read() throws IOException {
    String text = new String(bytes().array(), StandardCharsets.UTF_8);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int end = text.indexOf('\n');
    String[] head = end < 0 ? new String[0] : text.substring(0, end).split(" ", -1);
    byte[] rows = text.substring(end + 1).getBytes(StandardCharsets.UTF_8);
    if (head.length != 2 || !head[1].equals(checksum(head[0], rows))) {
      LOGGER.info("{} was not written to its end", path);
      return Optional.empty();
    }
    try {
      return Optional.of(
          new WitnessRecord.Statement(
              Long.parseLong(head[0]), MemberRows.readWitnesses(path.toString(), rows)));
    } catch (NumberFormatException | StoreException e) {
      LOGGER.warn("{} cannot be read: {}", path, OneLine.of(e));
      return Optional.empty();
    }
  }

  private ByteBuffer bytes() throws IOException {
    long size = channel.size();
    ByteBuffer bytes = ByteBuffer.allocate(size > SIZE_MAX ? 0 : (int) size);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
      continue;
    }
    return bytes.flip();
  }

  private static String checksum(String epoch, byte[] rows) {
    CRC32 crc = new CRC32();
    crc.update(epoch.getBytes(StandardCharsets.UTF_8));
    crc.update(rows);
    return Long.toHexString(crc.getValue());
  }

  /** From now on it says nothing, also after a loss of power. */
  void empty() throws IOException {
    channel.truncate(0);
    channel.force(true);
  }

  /** Lets it say this; it must be empty. If that fails, it may say so or nothing. */
  void write(WitnessRecord.Statement statement) throws IOException {
    String epoch = Long.toString(statement.epoch());
    byte[] rows = MemberRows.writeWitnesses(statement.witnesses());
    String head = epoch + " " + checksum(epoch, rows) + "\n";
    long at = writeAll(ByteBuffer.wrap(head.getBytes(StandardCharsets.UTF_8)), 0);
    long unused = writeAll(ByteBuffer.wrap(rows), at);
    channel.force(true);
  }

  private long writeAll(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
    return position;
  }

  /** Fails if it could not be written now; says afterwards what it has said before. */
  void requireWritable() throws IOException {
    ByteBuffer present = bytes();
    if (present.hasRemaining()) {
      long unused = writeAll(present, 0);
      channel.force(true);
    } else {
      // One line end says nothing.
      long unused = writeAll(ByteBuffer.wrap(new byte[] {'\n'}), 0);
      channel.force(true);
      empty();
    }
  }

  /** Lets another process have it. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOGGER.debug("a file did not close", e);
    }
  }
}
