package io.vodis.proxy.scan;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the way of a scan from cursor to cursor.
 *
 * <p>Why no key is missed. A key that exists throughout a scan goes from server to server with its
 * slot, and the history knows that way, except for slots that are fenced: the end of a pass waits
 * until there are none. If the way leads to the right, the first pass finds the key: while a server
 * is read from its first bucket to its last, the key is there all the time, or it leaves for a
 * server that is read later. If the way leads to the left, the same holds of the second pass, or
 * the move came after the first pass, which found the key before. Anything else begins again.
 */
public final class ScanWalk {

  private static final int ROUNDS_MAX = 32;

  private final SlotHistory history;

  /** By epoch, for the table in force. */
  private final Map<Long, ScanRound> rounds =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ScanRound> eldest) {
          return size() > ROUNDS_MAX;
        }
      };

  public ScanWalk(SlotHistory history) {
    this.history = history;
  }

  /** What to do for that cursor of a client's; any number will do. */
  public ScanStep next(long cursor) {
    long now = history.table().epoch();
    if (cursor != 0) {
      long epoch = ScanCursor.epochOf(cursor, now);
      if (history.knows(epoch)) {
        ScanRound round = round(epoch);
        ScanCursor place = ScanCursor.decode(cursor, epoch, round.size());
        if (!round.joined()) {
          return settle(round, place.second(), place.step(), place.serverCursor());
        }
      }
    }
    return settle(round(now), false, 0, 0);
  }

  /**
   * The cursor for the client after a server's answer; 0 at the end, negative if it cannot be said.
   *
   * @param serverCursor what the server answered, unsigned
   */
  public long after(ScanStep.Ask asked, long serverCursor) {
    ScanRound round = asked.round();
    if (serverCursor == 0 && history.knows(round.epoch())) {
      ScanRound latest = round(round.epoch());
      if (!latest.joined()) {
        return switch (settle(latest, asked.second(), asked.step() + 1, 0)) {
          case ScanStep.Done done -> 0;
          case ScanStep.Ask next -> encode(next);
          // What comes next is not known yet, only that this step is done.
          case ScanStep.Wait wait -> encode(round, asked.second(), asked.step() + 1, 0);
        };
      }
    }
    return serverCursor == 0
        ? encode(round, asked.second(), asked.step() + 1, 0)
        : encode(round, asked.second(), asked.step(), serverCursor);
  }

  /** Whether keys of that slot in the answer are to be returned. */
  public boolean keeps(ScanStep.Ask asked, int slot) {
    ScanRound latest =
        history.knows(asked.round().epoch()) ? round(asked.round().epoch()) : asked.round();
    return latest.keeps(asked.second(), asked.server(), slot);
  }

  private static long encode(ScanStep.Ask next) {
    return encode(next.round(), next.second(), next.step(), next.serverCursor());
  }

  private static long encode(ScanRound round, boolean second, int step, long serverCursor) {
    return new ScanCursor(round.epoch(), second, step, serverCursor).encode(round.size());
  }

  private ScanStep settle(ScanRound round, boolean second, int step, long serverCursor) {
    int at = step;
    long cursor = serverCursor;
    while (at < round.size() && !round.visits(second, at)) {
      at++;
      cursor = 0;
    }
    if (at < round.size()) {
      return round.reaches(second, at)
          ? new ScanStep.Ask(round, second, at, cursor)
          : ScanStep.WAIT;
    }
    if (round.anyFenced()) {
      return ScanStep.WAIT;
    }
    if (round.bothWays()) {
      return settle(round(history.table().epoch()), false, 0, 0);
    }
    return !second && round.anyLeftward() ? settle(round, true, 0, 0) : ScanStep.DONE;
  }

  /** Made anew when a table has come since. */
  private ScanRound round(long epoch) {
    ScanRound round = rounds.get(epoch);
    if (round == null || round.table() != history.table()) {
      round = new ScanRound(history, epoch);
      rounds.put(epoch, round);
    }
    return round;
  }
}
