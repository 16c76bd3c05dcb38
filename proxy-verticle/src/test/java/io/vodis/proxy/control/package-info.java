@NullMarked
package io.vodis.proxy.control;

import org.jspecify.annotations.NullMarked;
