package io.vodis.proxy.dispatch;

/**
 * Bounds of what may wait for slots on one loop. When they are reached, sessions are not read until
 * there is room; nothing fails early.
 *
 * @param timeoutNanos after which a waiting request is answered with TRYAGAIN
 */
public record WaitLimits(int requestsMax, long bytesMax, long timeoutNanos) {}
