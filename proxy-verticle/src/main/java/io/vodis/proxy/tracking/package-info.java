/**
 * CLIENT TRACKING: sessions whose requests use connections of their own, on which servers track.
 */
@NullMarked
package io.vodis.proxy.tracking;

import org.jspecify.annotations.NullMarked;
