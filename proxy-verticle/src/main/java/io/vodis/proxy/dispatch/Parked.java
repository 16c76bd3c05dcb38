package io.vodis.proxy.dispatch;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.migrate.Key;
import java.util.List;

/**
 * What is kept of a request that waits for its slot.
 *
 * @param frame its bytes, owned by this
 * @param keys its keys in this slot
 * @param deadlineNanos when it is answered with TRYAGAIN
 */
record Parked(int lane, ByteBuf frame, List<Key> keys, long deadlineNanos) {}
