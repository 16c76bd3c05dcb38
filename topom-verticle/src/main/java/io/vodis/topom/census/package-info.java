/**
 * What is on the servers: keys, bytes, types and biggest keys of each slot, and keys that are where
 * they should not be. Looks only; {@code Fsck} repairs when it is told to.
 */
@NullMarked
package io.vodis.topom.census;

import org.jspecify.annotations.NullMarked;
