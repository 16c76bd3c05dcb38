/**
 * What commands the servers have: asked for on virtual threads, handed to the loops as a table.
 * Once per process; the loops only ever see finished tables. May import {@code io.vodis.redis} and
 * {@code io.vodis.proxy.command}.
 */
@NullMarked
package io.vodis.proxy.learn;

import org.jspecify.annotations.NullMarked;
