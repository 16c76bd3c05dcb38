package io.vodis.proxy.backend;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connections that one request or one session at a time has for itself; those idle are kept. */
final class OwnConnections {

  /** More are not kept: a crowd that comes once must not leave its connections behind. */
  private static final int IDLE_MAX = 16;

  private final int max;
  private final List<BackendConnection> all = new ArrayList<>();
  private final List<BackendConnection> idle = new ArrayList<>();

  OwnConnections(int max) {
    this.max = max;
  }

  /** One that nobody has; the caller has it now. */
  @Nullable BackendConnection takeIdle() {
    while (!idle.isEmpty()) {
      BackendConnection connection = idle.removeLast();
      if (!connection.isClosed()) {
        return connection;
      }
    }
    return null;
  }

  boolean hasIdle() {
    return !idle.isEmpty();
  }

  boolean isFull() {
    return all.size() >= max;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** A new one, which somebody has. */
  void add(BackendConnection connection) {
    all.add(connection);
  }

  /** Nobody has it any more. */
  void release(BackendConnection connection) {
    if (idle.size() >= IDLE_MAX || !all.contains(connection)) {
      connection.close("not used any more");
    } else if (!connection.isClosed()) {
      idle.add(connection);
    }
  }

  void remove(BackendConnection connection) {
    all.remove(connection);
    idle.remove(connection);
  }

  void closeIdle(String reason) {
    List.copyOf(idle).forEach(connection -> connection.close(reason));
  }

  void close(String reason) {
    List.copyOf(all).forEach(connection -> connection.close(reason));
  }

  void tick(long now) {
    List.copyOf(all).forEach(connection -> connection.tick(now));
  }

  int inFlight() {
    int count = 0;
    for (BackendConnection connection : all) {
      count += connection.inFlight();
    }
    return count;
  }
}
