/**
 * The sweep: moves the keys of slots from one server to others, each way of doing so an
 * implementation of one interface, and proves that none is left. Safe to stop and to repeat at any
 * point, and beside proxies that pull keys.
 */
@NullMarked
package io.vodis.topom.sweep;

import org.jspecify.annotations.NullMarked;
