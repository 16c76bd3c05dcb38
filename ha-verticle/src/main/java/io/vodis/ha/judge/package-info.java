/**
 * What the probes mean, as pure functions: no I/O, no clock, no thread. Time comes in with the
 * probe results.
 *
 * <pre>
 *             a probe fails                 failing for down_after, twice or more
 *   healthy ───────────────► failing ──────────────────────────────────► suspected (by this member)
 *      ▲                        │                                            │
 *      └──────── an answer ─────┴──────────── an answer ─────────────────────┤
 *                                                                            ▼
 *            safety valve open? ─yes─► Frozen          quorum agrees? ─no─► Suspected
 *            a replica can take over? ─no─► NoCandidate        all yes ────► Down
 * </pre>
 */
@NullMarked
package io.vodis.ha.judge;

import org.jspecify.annotations.NullMarked;
