/**
 * Moves keys between servers that do not speak with each other, through this process. It is the
 * only one that does, and moves one batch at a time from one server to another:
 *
 * <pre>
 *   source: WATCH k…, PTTL k, DUMP k …
 *   target: RESTORE k ttl dump …          BUSYKEY: what a broken attempt has left
 *   source: MULTI, UNLINK k…, EXEC        only if no k was touched since it was dumped
 * </pre>
 *
 * <p>Why that is as safe as MIGRATE, which does the same without anything in between. As long as a
 * slot migrates nobody but movers touches a key on the source, and nobody uses it on the target
 * before its mover says that it has left the source. So all that could go wrong is a second mover,
 * or a command that is executed late:
 *
 * <ul>
 *   <li>Proxies do not move keys of such a slot; they ask for it. Within this process the lock of
 *       the way lets one batch through at a time.
 *   <li>Another topom that thinks it leads: connections are opened first and the term is confirmed
 *       by the store after. Whoever leads next ends them on both servers before it moves or turns
 *       anything, and what is opened after that is not confirmed.
 *   <li>A command whose reply is lost may be executed later. Its connection is never used again,
 *       and is killed on the server, by its name, before another batch goes the same way.
 * </ul>
 *
 * <p>Of a key found on both servers the copy counts that the number says under which its slot was
 * opened ({@link io.vodis.slot.SlotProof}); without one the copy at home: the source's, or on the
 * way back of a cancelled move the target's.
 */
@NullMarked
package io.vodis.topom.dump;

import org.jspecify.annotations.NullMarked;
