/**
 * Control-plane calls to servers (INFO, ROLE, REPLICAOF, MIGRATE, ...) behind one port. Client
 * traffic never passes here.
 */
@NullMarked
package io.vodis.redis;

import org.jspecify.annotations.NullMarked;
