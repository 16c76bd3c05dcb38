/** Commands that the proxy answers itself. */
@NullMarked
package io.vodis.proxy.local;

import org.jspecify.annotations.NullMarked;
