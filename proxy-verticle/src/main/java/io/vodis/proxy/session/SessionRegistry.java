package io.vodis.proxy.session;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sessions of one loop. */
public final class SessionRegistry {

  private final int loopIndex;
  private final int loopCount;
  private final Map<Long, Session> sessions = new LinkedHashMap<>();
  private final OutputBudget output;
  private long accepted;

  /**
   * Without sessions. Ids are unique in the process without the loops knowing of one another.
   *
   * @param outputBytesMax of replies that wait for clients, all together
   */
  public SessionRegistry(int loopIndex, int loopCount, long outputBytesMax) {
    this.loopIndex = loopIndex;
    this.loopCount = loopCount;
    this.output = new OutputBudget(outputBytesMax);
  }

  OutputBudget output() {
    return output;
  }

  long nextId() {
    return ++accepted * loopCount + loopIndex;
  }

  void add(Session session) {
    sessions.put(session.client().id(), session);
  }

  void remove(Session session) {
    sessions.remove(session.client().id());
  }

  public int size() {
    return sessions.size();
  }

  /** The sessions as they are now. */
  public List<Session> all() {
    return List.copyOf(sessions.values());
  }

  /** The session of a client, if it is on this loop and still there. */
  public @Nullable Session byId(long clientId) {
    return sessions.get(clientId);
  }
}
