/**
 * The scripts a proxy has seen, so that servers which lack one get it before they are asked to run
 * it.
 */
@NullMarked
package io.vodis.proxy.script;

import org.jspecify.annotations.NullMarked;
