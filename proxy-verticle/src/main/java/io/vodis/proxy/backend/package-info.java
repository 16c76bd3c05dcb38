/**
 * Connections to servers, per event loop: one pipelined connection for each (server, database),
 * opened when first used, and what becomes of the requests on it when it fails.
 */
@NullMarked
package io.vodis.proxy.backend;

import org.jspecify.annotations.NullMarked;
