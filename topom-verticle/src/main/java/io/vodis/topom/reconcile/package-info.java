/** Watching the servers, and making real roles equal to the declared ones, for ever. */
@NullMarked
package io.vodis.topom.reconcile;

import org.jspecify.annotations.NullMarked;
