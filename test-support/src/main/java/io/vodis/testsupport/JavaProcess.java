package io.vodis.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JVM of its own that runs a main class or a jar, with its output in a file. It can be paused and
 * killed, which code in the test's own JVM cannot.
 */
public final class JavaProcess implements AutoCloseable {

  /** For many short-lived JVMs on few cores: start fast rather than run fast. */
  public static final List<String> LIGHT =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

  private final List<String> command;
  private final Map<String, String> environment;
  private final Path output;
  private Process process;

  private JavaProcess(List<String> command, Map<String, String> environment) {
    this.command = command;
    this.environment = environment;
    try {
      output = Files.createTempFile("vodis-test-java", ".out");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    process = launch();
  }

  /** Runs {@code mainClass} on this JVM's own class path. */
  public static JavaProcess ofClass(
      Class<?> mainClass, List<String> jvmFlags, List<String> arguments) {
    return ofClass(mainClass.getName(), jvmFlags, arguments);
  }

  /** Runs {@code mainClass} on this JVM's own class path. */
  public static JavaProcess ofClass(
      String mainClass, List<String> jvmFlags, List<String> arguments) {
    List<String> tail = new ArrayList<>(List.of("-cp", classPath(), mainClass));
    tail.addAll(arguments);
    return new JavaProcess(command(jvmFlags, tail), Map.of());
  }

  /** Runs {@code java -jar}. */
  public static JavaProcess ofJar(Path jar, List<String> jvmFlags, List<String> arguments) {
    List<String> tail = new ArrayList<>(List.of("-jar", jar.toString()));
    tail.addAll(arguments);
    return new JavaProcess(command(jvmFlags, tail), Map.of());
  }

  private static List<String> command(List<String> jvmFlags, List<String> tail) {
    List<String> command = new ArrayList<>(hearingHangUp());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(jvmFlags);
    command.addAll(tail);
    return List.copyOf(command);
  }

  /** Under nohup SIGHUP is ignored, and whoever is started inherits that. */
  private static List<String> hearingHangUp() {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(status)) {
      boolean ignored =
          lines
              .filter(line -> line.startsWith("SigIgn:"))
              .map(line -> line.substring("SigIgn:".length()).strip())
              .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & 1) != 0);
      return ignored ? List.of("env", "--default-signal=HUP") : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String classPath() {
    // Surefire may have put the class path into the manifest of a booter jar.
    String real = System.getProperty("surefire.test.class.path");
    return real != null ? real : System.getProperty("java.class.path", ".");
  }

  private Process launch() {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
      builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
      Process started = builder.start();
      Watchdog.watch(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Exit code once it has ended by itself. */
  public int awaitExit(Duration timeout) {
    Poll.until(timeout, () -> "exit of " + command + "\n" + output(), () -> !process.isAlive());
    return process.exitValue();
  }

  /** {@code kill -9}. */
  public void kill() {
    Processes.kill(process);
  }

  /** {@code kill -STOP}. */
  public void pause() {
    Processes.pause(process);
  }

  /** {@code kill -CONT}. */
  public void resume() {
    Processes.resume(process);
  }

  /** {@code kill -TERM}. */
  public void stop() {
    Processes.stop(process);
  }

  /** Starts the same command again after its end; output goes on in the same file. */
  public void restart() {
    if (process.isAlive()) {
      throw new IllegalStateException("still running: " + command);
    }
    process = launch();
  }

  /** Everything written so far. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns once {@code text} has been written. */
  public void awaitOutput(String text, Duration timeout) {
    awaitOutput(text, 1, timeout);
  }

  /** Returns once {@code text} has been written so many times, counted over restarts. */
  public void awaitOutput(String text, int times, Duration timeout) {
    Poll.until(
        timeout,
        () -> "output '" + text + "' of " + command + "\n" + output(),
        () -> {
          if (output().split(Pattern.quote(text), -1).length > times) {
            return true;
          }
          if (!process.isAlive()) {
            throw new AssertionError("ended early: " + command + "\n" + output());
          }
          return false;
        });
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      Processes.kill(process);
    }
    try {
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
