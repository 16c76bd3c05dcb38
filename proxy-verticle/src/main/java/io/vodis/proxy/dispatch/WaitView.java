package io.vodis.proxy.dispatch;

/**
 * What waits, and has waited, for slots on one loop, as a value.
 *
 * @param requests that wait now
 * @param parked requests that ever waited
 * @param timedOut of these, those that got TRYAGAIN
 * @param stalled how often a session was not read because too much waited already
 * @param keysMoved keys moved, or looked for, because a request needed them
 */
public record WaitView(
    int requests, long bytes, long parked, long timedOut, long stalled, long keysMoved) {}
