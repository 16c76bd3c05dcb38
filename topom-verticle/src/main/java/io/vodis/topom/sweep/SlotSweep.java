package io.vodis.topom.sweep;

import io.vodis.model.HostAndPort;

/** One way of emptying slots on a server; one object for one task. */
interface SlotSweep {

  /**
   * A pass over all databases begins.
   *
   * @param keysOnSource as the source counts them
   */
  void onPass(long keysOnSource);

  /**
   * Moves every key of the task's slots that is in a database of the source. Asks before every
   * effect whether it may go on, and returns early if not.
   *
   * @return how many it found; 0 proves that there was none
   * @throws io.vodis.redis.RedisAdminException with the words of the side that failed; calling
   *     again is always safe
   */
  long run(HostAndPort source, int database);
}
