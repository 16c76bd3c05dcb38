package io.vodis.topom.api.view;

import java.util.List;

/**
 * How slots are moved at present.
 *
 * @param keysPerSecond from one server; 0 for no limit
 * @param windows when keys may be moved; empty for always
 */
public record MigrationView(
    boolean paused,
    List<Integer> pausedSlots,
    int parallelSlots,
    long maxBlockMicros,
    int keysPerSecond,
    String windows) {}
