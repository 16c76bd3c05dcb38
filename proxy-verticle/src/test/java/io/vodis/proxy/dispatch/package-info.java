@NullMarked
package io.vodis.proxy.dispatch;

import org.jspecify.annotations.NullMarked;
