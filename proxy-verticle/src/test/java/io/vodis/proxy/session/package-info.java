@NullMarked
package io.vodis.proxy.session;

import org.jspecify.annotations.NullMarked;
