/**
 * SCAN over all groups while slots move: what the cursor says, and which server is asked next.
 * Pure.
 *
 * <p>The cursor is all that is kept of a scan, so any proxy can go on with it. A scan visits the
 * servers in the order of their addresses:
 *
 * <pre>
 *   first pass    A ──► B ──► C     finds every key that stays, and every key that moves to the right
 *   second pass   A ◄── B ◄── C     only if slots have moved to the left since the scan began
 * </pre>
 *
 * A slot that has gone both ways, or a server that was not there when the scan began, makes it
 * begin again: keys may be returned twice, none is missed.
 */
@NullMarked
package io.vodis.proxy.scan;

import org.jspecify.annotations.NullMarked;
