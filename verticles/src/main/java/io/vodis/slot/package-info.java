/** From key to slot: tag rule and hash. Imports the JDK and Netty's buffer only. */
@NullMarked
package io.vodis.slot;

import org.jspecify.annotations.NullMarked;
