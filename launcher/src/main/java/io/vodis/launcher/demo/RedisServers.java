package io.vodis.launcher.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All redis-server processes of the demo. */
final class RedisServers implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

  private final List<RedisServerProcess> processes = new ArrayList<>();

  /** Starts all; they come up side by side. */
  void launch(DemoDirectory directory, DemoSettings settings, Path binary) {
    for (int port : settings.redisPorts()) {
      processes.add(RedisServerProcess.launch(binary, directory.redis(port), port));
    }
  }

  void awaitReady() throws InterruptedException {
    for (RedisServerProcess process : processes) {
      process.awaitReady(START_TIMEOUT);
    }
  }

  @Override
  public void close() {
    // A primary first: its replicas need not follow anybody any more.
    processes.parallelStream().forEach(RedisServers::close);
  }

  private static void close(RedisServerProcess process) {
    try {
      process.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
