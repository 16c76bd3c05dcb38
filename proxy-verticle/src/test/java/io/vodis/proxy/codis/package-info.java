@NullMarked
package io.vodis.proxy.codis;

import org.jspecify.annotations.NullMarked;
