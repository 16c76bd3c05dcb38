/**
 * Commands whose keys live on several servers: MGET MSET DEL UNLINK EXISTS TOUCH. One fragment per
 * server, one per slot where a slot is migrating or fenced; the replies become one. Not atomic over
 * servers.
 */
@NullMarked
package io.vodis.proxy.merge;

import org.jspecify.annotations.NullMarked;
