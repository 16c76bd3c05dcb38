package io.vodis.store;

import java.time.Duration;

/**
 * The result of one round trip to the store: permission to serve from {@code sentNanos} for {@code
 * length}, which is two thirds of the session timeout, so that it ends before the session can.
 *
 * @param sentNanos {@link System#nanoTime()} before the round trip was sent
 * @param registeredEpoch the store's epoch read after the present registration was made. A table
 *     with a lower epoch must not be served: the leader may have passed this member over.
 */
public record LeaseGrant(long sentNanos, Duration length, long registeredEpoch) {}
