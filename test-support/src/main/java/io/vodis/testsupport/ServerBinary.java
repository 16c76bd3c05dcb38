package io.vodis.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server program that tests can run: the bundled one, {@code redis-server} and {@code
 * valkey-server} of the machine, and those that {@code -Dvodis.test.servers=PATH,PATH} names
 * ({@code dev/fetch-servers} fetches some).
 *
 * @param product {@code redis} or {@code valkey}
 * @param version as {@code --version} tells it
 */
public record ServerBinary(Path path, String product, Version version) {

  private static final Pattern VERSION_LINE =
      Pattern.compile("(?i)(valkey|redis)? ?server v=(\\d+)\\.(\\d+)\\.(\\d+)");

  /** Three numbers, compared from the left. */
  public record Version(int major, int minor, int patch) implements Comparable<Version> {

    @Override
    public int compareTo(Version other) {
      return Comparator.comparingInt(Version::major)
          .thenComparingInt(Version::minor)
          .thenComparingInt(Version::patch)
          .compare(this, other);
    }

    public boolean isAtLeast(int wantedMajor, int wantedMinor) {
      return compareTo(new Version(wantedMajor, wantedMinor, 0)) >= 0;
    }

    @Override
    public String toString() {
      return major + "." + minor + "." + patch;
    }
  }

  /** Every version found, each once, Redis before Valkey, older before newer. */
  public static List<ServerBinary> all() {
    return Found.BINARIES;
  }

  /** The one that tests run unless they ask for another. */
  public static ServerBinary standard() {
    return of(RedisProcess.defaultBinary());
  }

  /**
   * Redis 3.2, the oldest there is to work with and what codis-server is made from, where this
   * machine can run the one that comes with the tests. It is none of {@link #all}: much of what is
   * tested with those it does not have.
   */
  public static Optional<ServerBinary> oldest() {
    return Old.BINARY;
  }

  /** {@link #oldest} if there is one, then {@link #all}. */
  public static List<ServerBinary> allAndOldest() {
    return Stream.concat(oldest().stream(), all().stream()).distinct().toList();
  }

  /** Asks a program which server it is. */
  static ServerBinary of(Path path) {
    return tryOf(path).orElseThrow(() -> new IllegalArgumentException("no server: " + path));
  }

  private static Optional<ServerBinary> tryOf(Path path) {
    try {
      Process asked =
          new ProcessBuilder(path.toString(), "--version").redirectErrorStream(true).start();
      String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher = VERSION_LINE.matcher(answer);
      if (!matcher.find()) {
        return Optional.empty();
      }
      Version version = new Version(number(matcher, 2), number(matcher, 3), number(matcher, 4));
      String product = "valkey".equalsIgnoreCase(matcher.group(1)) ? "valkey" : "redis";
      return Optional.of(new ServerBinary(path, product, version));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + path, e);
    }
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(Objects.requireNonNull(matcher.group(group)));
  }

  /** A program of the machine, by name. */
  public static Optional<Path> onPath(String program) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      Path path = Path.of(directory, program);
      if (!directory.isEmpty() && Files.isExecutable(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /** What tests print: {@code redis 7.0.15}. */
  public String name() {
    return product + " " + version;
  }

  /** The Redis version whose commands and replies it has. Valkey parted from Redis after 7.2.4. */
  public boolean isRedisAtLeast(int major, int minor) {
    return product.equals("redis") && version.isAtLeast(major, minor);
  }

  /** Whether it speaks RESP3. */
  public boolean hasResp3() {
    return version.isAtLeast(6, 0);
  }

  @Override
  public String toString() {
    return name();
  }

  /** Unpacked once per JVM. */
  private static final class Old {

    private static final String RESOURCE = "redis-server.3.2.5";

    static final Optional<ServerBinary> BINARY = unpack();

    private static Optional<ServerBinary> unpack() {
      boolean runs =
          System.getProperty("os.name", "").equals("Linux")
              && System.getProperty("os.arch", "").equals("amd64");
      try (InputStream packed = ServerBinary.class.getResourceAsStream("/" + RESOURCE)) {
        if (!runs || packed == null) {
          return Optional.empty();
        }
        Path directory = Processes.temporaryDirectory("redis-old");
        Runtime.getRuntime()
            .addShutdownHook(new Thread(() -> Processes.deleteRecursively(directory)));
        Path path = directory.resolve(RESOURCE);
        Files.copy(packed, path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        return tryOf(path);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot unpack " + RESOURCE, e);
      }
    }
  }

  private static final class Found {

    static final List<ServerBinary> BINARIES = find();

    private static List<ServerBinary> find() {
      List<Path> paths = new ArrayList<>();
      paths.add(RedisProcess.defaultBinary());
      paths.add(RedisProcess.bundledBinary());
      onPath("redis-server").ifPresent(paths::add);
      onPath("valkey-server").ifPresent(paths::add);
      for (String given : System.getProperty("vodis.test.servers", "").split(",", -1)) {
        if (!given.isBlank()) {
          paths.add(Path.of(given.strip()));
        }
      }
      Map<String, ServerBinary> byName = new LinkedHashMap<>();
      for (Path path : paths) {
        tryOf(path).ifPresent(binary -> byName.putIfAbsent(binary.name(), binary));
      }
      List<ServerBinary> sorted = sorted(byName.values());
      System.out.println("servers to test with: " + sorted);
      return sorted;
    }

    private static List<ServerBinary> sorted(Collection<ServerBinary> binaries) {
      return binaries.stream()
          .sorted(Comparator.comparing(ServerBinary::product).thenComparing(ServerBinary::version))
          .toList();
    }
  }
}
