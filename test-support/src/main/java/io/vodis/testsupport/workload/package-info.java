/**
 * A load that knows what it did. {@link io.vodis.testsupport.workload.Workload} writes and reads
 * through one or more addresses and keeps, for each key, what must be there; {@link
 * io.vodis.testsupport.workload.HistoryChecker} then compares that with what is there.
 *
 * <p>Each key has one writer, so that every reply can be foretold. A write is <em>acknowledged</em>
 * (must be there, once), <em>refused</em> by an error that says it was not done (must not be
 * there), or of <em>unknown fate</em> (may be there once or not at all); after the last, its key is
 * retired, because such a write may land late.
 */
@NullMarked
package io.vodis.testsupport.workload;

import org.jspecify.annotations.NullMarked;
