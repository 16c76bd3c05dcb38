/**
 * The sweep: moves the keys of slots from one server to others with SCAN and MIGRATE, and proves
 * that none is left. Safe to stop and to repeat at any point, and beside proxies that pull keys.
 */
@NullMarked
package io.vodis.topom.migrate;

import org.jspecify.annotations.NullMarked;
