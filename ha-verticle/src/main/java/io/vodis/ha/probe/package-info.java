/** Asks servers how they are; the only package of this role that talks to servers. */
@NullMarked
package io.vodis.ha.probe;

import org.jspecify.annotations.NullMarked;
