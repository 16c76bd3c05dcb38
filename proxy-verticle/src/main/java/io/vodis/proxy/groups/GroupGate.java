package io.vodis.proxy.groups;

import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.TableWait;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RespErrors;
import java.util.function.Consumer;

/**
 * Lets a session begin with a command for all groups: when everything before it is answered, and
 * what the command needs is there. Until its answer the session is not read, so nothing overtakes
 * it and it overtakes nothing.
 */
public final class GroupGate {

  /** What a command for all groups waits for. */
  public enum Needs {
    /** No server is being replaced. */
    SERVERS,
    /** No slot is fenced: it is known of every key which server may hold it. */
    SLOTS
  }

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final TableWait waits;

  public GroupGate(Dispatcher dispatcher, LoopClock clock, GroupCalls calls) {
    this.dispatcher = dispatcher;
    this.waits = new TableWait(dispatcher, clock);
    this.calls = calls;
  }

  /** Begins {@code action} if it may begin; returns false if the request has to come again. */
  public boolean begin(
      Session session, CommandSpec spec, Needs needs, Consumer<SessionRequest> action) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    if (!dispatcher.leased()) {
      return refuse(session, spec, RespErrors.CLUSTER_DOWN);
    }
    if (calls.groups().servers().isEmpty()) {
      return refuse(session, spec, RespErrors.SLOT_NOT_SERVED);
    }
    boolean missing =
        needs == Needs.SLOTS ? calls.groups().anyFenced() : calls.groups().anyUnreachable();
    if (missing) {
      return waitForTable(session, spec);
    }
    start(session, spec, action);
    return true;
  }

  private boolean refuse(Session session, CommandSpec spec, byte[] error) {
    waits.over(session);
    session.reply(spec, error);
    return true;
  }

  /** Has the request come again with the next table, for as long as requests wait for slots. */
  public boolean waitForTable(Session session, CommandSpec spec) {
    if (!waits.mayWait(session)) {
      return refuse(session, spec, RespErrors.TRY_AGAIN);
    }
    session.stall();
    return false;
  }

  /** Gives the request its place and begins {@code action}, which has to answer it. */
  public void start(Session session, CommandSpec spec, Consumer<SessionRequest> action) {
    waits.over(session);
    SessionRequest whole = session.enqueue(spec);
    session.stopUntilAnswered();
    action.accept(whole);
  }
}
