@NullMarked
package io.vodis.proxy.stats;

import org.jspecify.annotations.NullMarked;
