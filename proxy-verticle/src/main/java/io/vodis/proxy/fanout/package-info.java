/**
 * Requests for every group: each server that holds slots is asked once, on connections that all
 * sessions share, counted as in flight on all its slots; the replies become one.
 */
@NullMarked
package io.vodis.proxy.fanout;

import org.jspecify.annotations.NullMarked;
