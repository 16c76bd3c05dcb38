/** MONITOR: the requests of all loops of this process, as they are executed. */
@NullMarked
package io.vodis.proxy.monitor;

import org.jspecify.annotations.NullMarked;
