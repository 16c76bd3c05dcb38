@NullMarked
package io.vodis.proxy.script;

import org.jspecify.annotations.NullMarked;
