package io.vodis.topom.sweep;

import java.time.Duration;

/**
 * How fast keys may be moved. May change at any time; the sweep follows within a fraction of a
 * second.
 *
 * @param maxBlock how long one call may hold a server
 * @param keysPerSecond from one source; 0 for no limit
 */
public record SweepSpeed(Duration maxBlock, int keysPerSecond) {}
