@NullMarked
package io.vodis.proxy.blocking;

import org.jspecify.annotations.NullMarked;
