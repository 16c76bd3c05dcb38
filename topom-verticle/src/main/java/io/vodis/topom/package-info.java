/**
 * The control plane: sole writer of the topology. This package holds the wiring, the service's port
 * and what it answers; decisions are in {@code plan}, {@code transition} and {@code projection}.
 */
@NullMarked
package io.vodis.topom;

import org.jspecify.annotations.NullMarked;
