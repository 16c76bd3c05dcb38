package io.vodis.it.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program run to its end. */
final class Tool {

  private static final int TIMEOUT_SECONDS = 60;

  private Tool() {}

  /** What it wrote to both of its outputs; it must end well. */
  static String run(Path directory, String input, List<String> command) {
    Process process = start(directory, command);
    CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.ISO_8859_1));
      }
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " does not end");
      }
      String text = output.join();
      if (process.exitValue() != 0) {
        throw new AssertionError(command + " ended with " + process.exitValue() + "\n" + text);
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      process.destroyForcibly();
    }
  }

  static Process start(Path directory, List<String> command) {
    try {
      return new ProcessBuilder(command)
          .directory(directory.toFile())
          .redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Process process) {
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
