package io.vodis.lifecycle;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** SIGHUP, by which an operator asks a process to read its configuration again. */
final class HangUp {

  private static final Logger LOGGER = LoggerFactory.getLogger(HangUp.class);

  private HangUp() {}

  /** Has {@code task} run, on a thread of its own, at each SIGHUP. */
  static void onEach(Runnable task) {
    try {
      Signal.handle(new Signal("HUP"), signal -> Thread.ofVirtual().name("reload").start(task));
    } catch (IllegalArgumentException e) {
      // A JVM that was started with -Xrs, or a system without this signal.
      LOGGER.info("SIGHUP is not available: {}", e.getMessage());
    }
  }
}
