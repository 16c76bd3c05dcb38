package io.vodis.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of this repository, as a test sees them: what the build has made is left out. */
final class Repository {

  private static final Set<String> NOT_OURS =
      Set.of("target", ".git", ".mvn", ".idea", "node_modules");

  private final Path root;

  private Repository(Path root) {
    this.root = root;
  }

  /** The repository around the working directory of a test, which is its module. */
  static Repository here() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = Objects.requireNonNull(directory.getParent(), "not below the repository");
    }
    return new Repository(directory);
  }

  Path root() {
    return root;
  }

  /** Files whose path, relative to the root and with slashes, is wanted. */
  List<Path> files(Predicate<String> wanted) {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> isOurs(root.relativize(file)))
          .filter(file -> wanted.test(name(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Java sources, tests included. */
  List<Path> sources() {
    return files(name -> name.endsWith(".java"));
  }

  /** Java sources of what is delivered: neither tests nor what supports them. */
  List<Path> mainSources() {
    return files(
        name ->
            name.endsWith(".java")
                && name.contains("/src/main/")
                && !name.startsWith("test-support/")
                && !name.startsWith("bench/"));
  }

  String name(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }

  /** The lines of a text file; none for a binary one. */
  List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (MalformedInputException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text(String name) {
    return String.join("\n", lines(root.resolve(name)));
  }

  private static boolean isOurs(Path relative) {
    for (Path part : relative) {
      if (NOT_OURS.contains(part.toString())) {
        return false;
      }
    }
    return true;
  }
}
