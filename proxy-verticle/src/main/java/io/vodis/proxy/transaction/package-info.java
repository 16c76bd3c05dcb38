/** MULTI, EXEC and WATCH: what is queued, how it is sent as one, and what ends a watch. */
@NullMarked
package io.vodis.proxy.transaction;

import org.jspecify.annotations.NullMarked;
