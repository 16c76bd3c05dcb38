@NullMarked
package io.vodis.proxy.local;

import org.jspecify.annotations.NullMarked;
