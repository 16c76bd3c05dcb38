/**
 * Keeps what the members reported: who is alive, and counters that never go backwards. Time comes
 * in as an argument.
 */
@NullMarked
package io.vodis.metrics.collect;

import org.jspecify.annotations.NullMarked;
