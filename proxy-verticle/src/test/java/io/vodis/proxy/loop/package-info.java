@NullMarked
package io.vodis.proxy.loop;

import org.jspecify.annotations.NullMarked;
