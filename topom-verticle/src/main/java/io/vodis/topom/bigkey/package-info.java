/**
 * Moves keys that are too big for one MIGRATE, each alone and in pieces, while requests for other
 * keys go on.
 *
 * <pre>
 *  served ──► copying ────────────────────► fenced ─────────────────────────────► unpinned
 *             source: read piece by piece   target: copy takes the key's place
 *             target: written to a copy     source: UNLINK (before Redis 4: RENAME)
 *             both: compared
 * </pre>
 *
 * <p>A phase is committed, and acknowledged by every proxy, before what is drawn below it begins.
 * Whoever finds a key in {@code copying} or {@code fenced} that he has not brought there himself
 * ends the connections of whoever did, on both servers, looks at the source, and knows: as long as
 * the source has the key, its copy counts and the key is served again; otherwise it is on the
 * target.
 */
@NullMarked
package io.vodis.topom.bigkey;

import org.jspecify.annotations.NullMarked;
