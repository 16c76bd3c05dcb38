/** Replacing the primary of a group: which replica, and the walk through the states. */
@NullMarked
package io.vodis.topom.promote;

import org.jspecify.annotations.NullMarked;
