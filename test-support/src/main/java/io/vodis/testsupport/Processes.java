package io.vodis.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Signals to child processes and their directories. */
public final class Processes {

  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(10);

  private Processes() {}

  /** {@code kill -9}; returns when the process is gone. */
  public static void kill(Process process) {
    process.destroyForcibly();
    awaitExit(process);
  }

  /** {@code kill -STOP}: the process keeps its connections and answers nothing. */
  public static void pause(Process process) {
    signal(process.pid(), "STOP");
  }

  /** {@code kill -CONT}. */
  public static void resume(Process process) {
    signal(process.pid(), "CONT");
  }

  /** {@code kill -TERM}, and {@code -9} after ten seconds. Returns when the process is gone. */
  public static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(EXIT_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        kill(process);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Sends a signal by name, such as {@code STOP}. */
  public static void signal(long pid, String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
      awaitExit(kill);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot signal process " + pid, e);
    }
  }

  private static void awaitExit(Process process) {
    try {
      if (!process.waitFor(EXIT_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("process " + process.pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A directory of its own under the system's temporary one. */
  public static Path temporaryDirectory(String name) {
    try {
      return Files.createTempDirectory("vodis-test-" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a directory and all in it; what vanishes meanwhile is no fault. */
  public static void deleteRecursively(Path directory) {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                Path visited, @org.jspecify.annotations.Nullable IOException e) throws IOException {
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
