package io.vodis.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a role has opened so far. It is closed the latest first, when the role ends or when a later
 * part cannot be opened; a part that does not close keeps no other open.
 */
public final class OpenedParts implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(OpenedParts.class);

  private final String owner;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /**
   * None yet.
   *
   * @param owner in log lines
   */
  public OpenedParts(String owner) {
    this.owner = owner;
  }

  /** Remembers a part to be closed before all that were opened earlier. */
  public synchronized <T extends AutoCloseable> T open(T part) {
    parts.addFirst(part);
    return part;
  }

  /** Remembers something to be done after all parts of now and later are closed. */
  public synchronized void last(AutoCloseable end) {
    parts.addLast(end);
  }

  /** A second call finds nothing to close. */
  @Override
  public void close() {
    for (AutoCloseable part = next(); part != null; part = next()) {
      try {
        part.close();
      } catch (VodisException e) {
        LOGGER.info("ending {}: {}", owner, OneLine.of(e));
      } catch (Exception e) {
        LOGGER.warn("ending {}: a part of it did not close", owner, e);
      }
    }
  }

  private synchronized @org.jspecify.annotations.Nullable AutoCloseable next() {
    return parts.pollFirst();
  }
}
