package io.vodis.launcher.demo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of a demo: settings, ZooKeeper data, one directory per Redis server, log and
 * admin token. It is locked while in use. One that nobody asked for by name is removed at the end.
 */
final class DemoDirectory implements AutoCloseable {

  private static final int TOKEN_BYTES = 24;

  private final Path root;
  private final boolean temporary;
  private final FileChannel lockFile;

  private DemoDirectory(Path root, boolean temporary, FileChannel lockFile) {
    this.root = root;
    this.temporary = temporary;
    this.lockFile = lockFile;
  }

  /** Opens, and creates if need be, the given directory; without one, a new temporary one. */
  static DemoDirectory open(@Nullable Path given) {
    try {
      Path root =
          given == null ? Files.createTempDirectory("vodis-demo-") : Files.createDirectories(given);
      return new DemoDirectory(root.toRealPath(), given == null, lock(root));
    } catch (IOException e) {
      Path shown = given == null ? Path.of(System.getProperty("java.io.tmpdir", "")) : given;
      throw new DemoException("cannot write to data directory " + shown + ": " + e, e);
    }
  }

  private static FileChannel lock(Path root) throws IOException {
    FileChannel file =
        FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return file;
      }
    } catch (OverlappingFileLockException e) {
      // Held by this very process, which is the same to the caller.
    }
    file.close();
    throw new DemoException("data directory " + root + " is in use by another demo");
  }

  Path root() {
    return root;
  }

  boolean temporary() {
    return temporary;
  }

  Path logFile() {
    return root.resolve("vodis.log");
  }

  Path zookeeper() {
    return root.resolve("zookeeper");
  }

  Path redis(int port) {
    return root.resolve("redis-" + port);
  }

  Path tokenFile() {
    return root.resolve("admin_token");
  }

  /**
   * The settings of an earlier start, or new ones.
   *
   * @param groups wanted; null: any
   * @param replicas wanted; null: any
   */
  DemoSettings settings(@Nullable Integer groups, @Nullable Integer replicas) {
    Path file = root.resolve("demo.properties");
    try {
      if (!Files.exists(file)) {
        DemoSettings chosen =
            DemoSettings.choose(groups == null ? 2 : groups, replicas == null ? 1 : replicas);
        chosen.save(file);
        return chosen;
      }
      DemoSettings stored = DemoSettings.load(file);
      boolean same =
          (groups == null || groups == stored.groups())
              && (replicas == null || replicas == stored.replicas());
      if (!same) {
        throw new DemoException(
            "data directory %s holds %d groups of %d replicas: leave out --groups and --replicas"
                .formatted(root, stored.groups(), stored.replicas()));
      }
      return stored;
    } catch (IOException e) {
      throw new DemoException("cannot use " + file + ": " + e, e);
    }
  }

  /** Where proxies keep their tables. */
  Path tables() {
    return root.resolve("tables");
  }

  /** The admin token, made at the first start, readable by its owner only. */
  String adminToken() {
    Path file = tokenFile();
    try {
      if (!Files.exists(file)) {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new DemoException("cannot use " + file + ": " + e, e);
    }
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
    if (temporary) {
      try (Stream<Path> all = Files.walk(root)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }
}
