package io.vodis.proxy.control;

import io.vodis.lifecycle.Later;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to one kept file: one piece of work at a time, and none is waited for longer than a
 * bound, so that a disk that stands still holds up a single thread and nobody else. Remembers what
 * is wrong with the disk, and says it in the log once when it begins and once when it is over.
 */
final class Disk {

  private static final Logger LOGGER = LoggerFactory.getLogger(Disk.class);

  /** Reads or writes; blocks for as long as the disk does. */
  interface Work {
    void run() throws IOException;
  }

  private final String file;
  private final String consequence;
  private final Lock lock = Threads.current().newLock();
  private @Nullable Later<Optional<IOException>> underWay;
  private volatile String trouble = "";

  /**
   * A disk with which nothing is wrong yet.
   *
   * @param file for whoever reads about it
   * @param consequence of its not being written, in words
   */
  Disk(String file, String consequence) {
    this.file = file;
    this.consequence = consequence;
  }

  /**
   * Does this, unless something earlier has not come to its end. Blocks for a bounded time.
   *
   * @return whether it is done; if not, it may still be done later, but before any other work
   */
  boolean run(Work work, Duration patience) {
    lock.lock();
    try {
      Later<Optional<IOException>> earlier = underWay;
      if (earlier != null && earlier.await(Duration.ZERO).isEmpty()) {
        return false;
      }
      Later<Optional<IOException>> present = Later.by("disk", () -> outcome(work));
      underWay = present;
      Optional<Optional<IOException>> end = present.await(patience);
      if (end.isEmpty()) {
        onFailure("it stands still: no answer within " + patience.toMillis() + " ms");
        return false;
      }
      underWay = null;
      end.get().ifPresentOrElse(e -> onFailure(OneLine.of(e)), this::onSuccess);
      return end.get().isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private static Optional<IOException> outcome(Work work) {
    try {
      work.run();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    } catch (RuntimeException e) {
      return Optional.of(new IOException(String.valueOf(e.getMessage()), e));
    }
  }

  private void onFailure(String reason) {
    if (trouble.isEmpty()) {
      LOGGER.warn("{} cannot be written: {}; {}; tried again by itself", file, reason, consequence);
    }
    trouble = reason;
  }

  private void onSuccess() {
    if (!trouble.isEmpty()) {
      trouble = "";
      LOGGER.info("{} can be written again", file);
    }
  }

  /** What is wrong with it, in words; empty if nothing is known. */
  Optional<String> trouble() {
    String present = trouble;
    return present.isEmpty()
        ? Optional.empty()
        : Optional.of(file + " cannot be written: " + present + "; " + consequence);
  }
}
