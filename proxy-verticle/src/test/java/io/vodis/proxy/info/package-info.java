@NullMarked
package io.vodis.proxy.info;

import org.jspecify.annotations.NullMarked;
