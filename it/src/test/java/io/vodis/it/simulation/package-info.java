/**
 * The control plane and the data loops of the product, run in one thread's order that a seed
 * decides, on a network, a store, servers and a clock that are simulated. See {@code
 * docs/simulation.md}.
 */
@NullMarked
package io.vodis.it.simulation;

import org.jspecify.annotations.NullMarked;
