/**
 * The event-bus contract: typed addresses, message records, one codec, failure codes. The four
 * verticle modules meet here and nowhere else. {@code docs/bus.md} lists every message.
 */
@NullMarked
package io.vodis.bus;

import org.jspecify.annotations.NullMarked;
