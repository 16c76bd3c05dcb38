package io.vodis.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything this process has started. It is closed, last first, when starting fails or when the
 * process is told to end (SIGTERM, SIGINT), and never holds the end up for longer than its bound.
 */
public final class ProcessScope implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProcessScope.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private volatile Duration closeLimit = Duration.ofSeconds(10);

  public ProcessScope() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "shutdown"));
  }

  /** Hands over a part to be closed before all that were handed over earlier. */
  public <T extends AutoCloseable> T started(T part) {
    synchronized (parts) {
      if (part instanceof RunningRole role && role.closeLimit().compareTo(closeLimit) > 0) {
        closeLimit = role.closeLimit();
      }
      parts.push(part);
    }
    return part;
  }

  /** Keeps the calling thread until the process ends. */
  public void holdForever() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /** Closes all parts; a second call only waits for nothing and returns. */
  @Override
  public void close() {
    Thread closing = new Thread(this::closeParts, "close");
    closing.setDaemon(true);
    closing.start();
    try {
      if (!closing.join(closeLimit)) {
        LOGGER.warn("not all closed within {} s, ending all the same", closeLimit.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeParts() {
    AutoCloseable part = next();
    while (part != null) {
      try {
        part.close();
      } catch (Exception e) {
        LOGGER.warn("closing {}: {}", part.getClass().getSimpleName(), OneLine.of(e));
      }
      part = next();
    }
  }

  private @org.jspecify.annotations.Nullable AutoCloseable next() {
    synchronized (parts) {
      return parts.poll();
    }
  }
}
