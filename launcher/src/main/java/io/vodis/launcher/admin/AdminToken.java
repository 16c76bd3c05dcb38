package io.vodis.launcher.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The admin token and where it was found.
 *
 * @param secret empty if none was found
 * @param origin in words, for error messages
 */
record AdminToken(String secret, String origin) {

  static final String VARIABLE = "VODIS_ADMIN_TOKEN";

  /** The name of the token file in a data directory. */
  static final String FILE = "admin_token";

  private static final String DEMO_DIRECTORIES = "vodis-demo-*";

  /** Without the secret. */
  @Override
  public String toString() {
    return "AdminToken[" + origin + "]";
  }

  /**
   * The token given, else that of the file given, else of the environment, else of the latest demo
   * that this user has started without a data directory of its own.
   */
  static AdminToken find(
      @Nullable String given,
      @Nullable Path file,
      UnaryOperator<@Nullable String> environment,
      Path temporaryDirectory) {
    if (given != null) {
      return new AdminToken(given.strip(), "--token");
    }
    if (file != null) {
      return read(file);
    }
    String variable = environment.apply(VARIABLE);
    if (variable != null && !variable.isBlank()) {
      return new AdminToken(variable.strip(), VARIABLE);
    }
    return latestDemo(temporaryDirectory)
        .map(AdminToken::read)
        .orElseGet(() -> new AdminToken("", "nowhere"));
  }

  /** A directory stands for the token file in it. */
  private static AdminToken read(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    try {
      return new AdminToken(Files.readString(file).strip(), file.toString());
    } catch (IOException e) {
      throw new AdminFailure(
          AdminFailure.Kind.UNAUTHORIZED, "cannot read the admin token from " + file + ": " + e, e);
    }
  }

  private static Optional<Path> latestDemo(Path temporaryDirectory) {
    try (var directories = Files.newDirectoryStream(temporaryDirectory, DEMO_DIRECTORIES)) {
      return Stream.iterate(directories.iterator(), i -> i)
          .takeWhile(java.util.Iterator::hasNext)
          .map(i -> i.next().resolve(FILE))
          .filter(AdminToken::isOwn)
          .max(Comparator.comparing(AdminToken::modified));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Readable and of this user: nobody else can choose which token is sent. */
  private static boolean isOwn(Path file) {
    try {
      return Files.isReadable(file)
          && Files.getOwner(file).getName().equals(System.getProperty("user.name"));
    } catch (IOException e) {
      return false;
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
