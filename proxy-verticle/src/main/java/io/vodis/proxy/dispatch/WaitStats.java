package io.vodis.proxy.dispatch;

/** Counters of what waited for slots on one loop; plain fields, read by their own loop. */
final class WaitStats {

  /** Requests that wait now. */
  int waiting;

  long waitingBytes;

  /** Requests that ever had to wait for a slot. */
  long parked;

  /** Requests that waited too long and got TRYAGAIN. */
  long timedOut;

  /** How often a session was not read because too much waited already. */
  long stalled;

  /** Keys that were moved, or looked for, because a request needed them. */
  long keysMoved;
}
