/** Clients as applications use them, in their default configuration. */
@NullMarked
package io.vodis.it.client;

import org.jspecify.annotations.NullMarked;
