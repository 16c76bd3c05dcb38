/** Pushing the newest table to every proxy, and waiting until all have it. */
@NullMarked
package io.vodis.topom.resync;

import org.jspecify.annotations.NullMarked;
