@NullMarked
package io.vodis.proxy.scan;

import org.jspecify.annotations.NullMarked;
