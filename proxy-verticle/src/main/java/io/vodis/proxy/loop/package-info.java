/**
 * What one event loop owns whatever it is used for: sockets below Vert.x, the one flush per loop
 * iteration, the time of the current batch, and the lease. Nothing here is seen by another loop.
 */
@NullMarked
package io.vodis.proxy.loop;

import org.jspecify.annotations.NullMarked;
