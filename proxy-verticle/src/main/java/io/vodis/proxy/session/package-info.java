/**
 * One client connection: its requests, the order of its replies, its limits, and the commands that
 * the proxy answers itself.
 */
@NullMarked
package io.vodis.proxy.session;

import org.jspecify.annotations.NullMarked;
