@NullMarked
package io.vodis.proxy;

import org.jspecify.annotations.NullMarked;
