/**
 * The ha role: watches every server of the product and asks the leader to replace a primary that a
 * quorum finds down. This package holds the wiring only; it never writes the store and never talks
 * to proxies.
 *
 * <pre>
 *   store ──topology──►┐
 *   servers ◄─PING/ROLE─ probe ──ProbeResult──► judge (pure) ──verdict──► act ──FailoverGroup──► topom
 *                                                  ▲                       │
 *                                                  └──votes── other ha ◄───┘ OpinionQuery
 * </pre>
 */
@NullMarked
package io.vodis.ha;

import org.jspecify.annotations.NullMarked;
