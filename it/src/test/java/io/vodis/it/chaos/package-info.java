/**
 * Real processes under a schedule of moves and faults that a seed decides: what was acknowledged is
 * there, once, and everything goes on by itself. {@code -Dseed=N} repeats a schedule; how its steps
 * meet is up to the machine.
 */
@NullMarked
package io.vodis.it.chaos;

import org.jspecify.annotations.NullMarked;
