package io.vodis.topom.api.view;

import org.jspecify.annotations.Nullable;

/**
 * A change that is committed.
 *
 * @param epoch of the topology after it
 * @param actions how many were queued or cancelled; null where the call has nothing to do with them
 */
public record ChangeView(long epoch, @Nullable Integer actions) {}
