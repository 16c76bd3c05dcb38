package io.vodis.testsupport;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends every child process when this JVM ends, however it ends. A shell reads pids from a pipe that
 * the kernel closes even after {@code kill -9} of the JVM, and then kills those still listed.
 */
final class Watchdog {

  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      pids=' '
      while read -r op pid; do
        case $op in
          add) pids="$pids$pid " ;;
          drop) pids="${pids%%" $pid "*} ${pids#*" $pid "}" ;;
        esac
      done
      for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
      """;

  private static final Watchdog INSTANCE = new Watchdog();

  private final OutputStream pipe;

  private Watchdog() {
    try {
      Process shell =
          new ProcessBuilder("sh", "-c", SCRIPT)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      pipe = shell.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the watchdog shell", e);
    }
  }

  /** From now on {@code process} does not outlive this JVM. */
  static void watch(Process process) {
    long pid = process.pid();
    INSTANCE.write("add " + pid);
    // A pid may be used again by a stranger once its process has gone.
    var unused = process.onExit().thenRun(() -> INSTANCE.write("drop " + pid));
  }

  private synchronized void write(String line) {
    try {
      pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      pipe.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the watchdog shell has gone", e);
    }
  }
}
