/**
 * Commands that wait at a server: the connections they wait on, and how they are carried over to
 * the next owner of their slot.
 */
@NullMarked
package io.vodis.proxy.blocking;

import org.jspecify.annotations.NullMarked;
