/** Slot actions: batches of slots on their way from one group to another, state by state. */
@NullMarked
package io.vodis.topom.migrate;

import org.jspecify.annotations.NullMarked;
