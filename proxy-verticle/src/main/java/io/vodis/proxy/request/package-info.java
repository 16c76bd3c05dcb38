/** Where a request that does not take the short way goes. */
@NullMarked
package io.vodis.proxy.request;

import org.jspecify.annotations.NullMarked;
