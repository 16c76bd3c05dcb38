/** One leadership: how long it lasts, and the topology in the leader's hands. */
@NullMarked
package io.vodis.topom.term;

import org.jspecify.annotations.NullMarked;
