/**
 * Moves the keys of requests for a migrating slot from its source to its target before the requests
 * run on the target.
 *
 * <pre>
 *  request(k) ──► k known as moved? ──yes──────────────────────────────► target
 *                     │ no
 *                     ▼
 *              MIGRATE target … KEYS k   (sent to the source)
 *                OK, NOKEY ──► k is moved, or does not exist ──────────► target
 *                BUSYKEY   ──► drop the copy of a broken attempt (LeftoverRemoval), again
 *                IOERR     ──► kill the source's connections on target, again
 *                no answer ──► kill our own connection on source, then as IOERR
 *                other     ──► again after a delay
 *              INFO errorstats             (behind it: did attempts of others fail before?)
 *                more than known ──► kill the source's connections on target first
 * </pre>
 */
@NullMarked
package io.vodis.proxy.migrate;

import org.jspecify.annotations.NullMarked;
