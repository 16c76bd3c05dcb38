/**
 * Brings requests to the server that owns their slot, in this loop: counts what is in flight on
 * each route, switches tables and confirms when the old one is drained, parks what must wait.
 */
@NullMarked
package io.vodis.proxy.dispatch;

import org.jspecify.annotations.NullMarked;
