package io.vodis.launcher.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.error.OsArchitectureNotFound;
import redis.embedded.model.OsArchitecture;

/** The redis-server to run: the given one, else the bundled one, else the one on the PATH. */
final class RedisBinary {

  private static final String NAME = "redis-server";
  private static final int VERSION_SECONDS = 10;

  private RedisBinary() {}

  /** A program that has been seen to run. */
  static Path find(@Nullable Path given, Path directory) {
    if (given != null) {
      if (!runs(given)) {
        throw new DemoException(
            "--redis-server " + given + ": no such program, or it does not run");
      }
      return given.toAbsolutePath();
    }
    return bundled(directory)
        .filter(RedisBinary::runs)
        .or(RedisBinary::onPath)
        .orElseThrow(
            () ->
                new DemoException(
                    "no redis-server: the bundled one does not run on this machine and there is"
                        + " none on the PATH; give one with --redis-server PATH"));
  }

  private static Optional<Path> bundled(Path directory) {
    String resource;
    try {
      resource =
          ExecutableProvider.newProvidedVersionsMap().get(OsArchitecture.detectOSandArchitecture());
    } catch (OsArchitectureNotFound e) {
      return Optional.empty();
    }
    if (resource == null) {
      return Optional.empty();
    }
    Path target = directory.resolve(NAME);
    if (Files.isExecutable(target)) {
      return Optional.of(target);
    }
    try (InputStream content = ExecutableProvider.class.getResourceAsStream(resource)) {
      if (content == null) {
        return Optional.empty();
      }
      // Under another name first: a start that is killed here must not leave half a program.
      Path part = directory.resolve(NAME + ".part");
      Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
      if (!part.toFile().setExecutable(true)) {
        return Optional.empty();
      }
      return Optional.of(Files.move(part, target, StandardCopyOption.ATOMIC_MOVE));
    } catch (IOException e) {
      throw new DemoException("cannot write " + target + ": " + e, e);
    }
  }

  private static Optional<Path> onPath() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(":", -1))
        .filter(entry -> !entry.isEmpty())
        .map(entry -> Path.of(entry, NAME))
        .filter(Files::isExecutable)
        .filter(RedisBinary::runs)
        .findFirst();
  }

  private static boolean runs(Path program) {
    try {
      Process process =
          new ProcessBuilder(List.of(program.toString(), "--version"))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(VERSION_SECONDS, TimeUnit.SECONDS)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
