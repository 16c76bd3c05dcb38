package io.vodis.proxy.session;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The sessions of one loop. */
public final class SessionRegistry {

  private final int loopIndex;
  private final int loopCount;
  private final Set<Session> sessions = new LinkedHashSet<>();
  private long accepted;

  /** Ids are unique in the process without the loops knowing of one another. */
  public SessionRegistry(int loopIndex, int loopCount) {
    this.loopIndex = loopIndex;
    this.loopCount = loopCount;
  }

  long nextId() {
    return ++accepted * loopCount + loopIndex;
  }

  void add(Session session) {
    sessions.add(session);
  }

  void remove(Session session) {
    sessions.remove(session);
  }

  public int size() {
    return sessions.size();
  }

  /** The sessions as they are now. */
  public List<Session> all() {
    return List.copyOf(sessions);
  }
}
