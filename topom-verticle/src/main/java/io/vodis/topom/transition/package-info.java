/**
 * The two state machines of the control plane: one slot on its way to another group, and a group on
 * its way to another primary. Pure: {@code (row, event) → decision}, where a decision is the next
 * row and the effects to run, in order. Persisting always comes first, so that a state in the store
 * means that everything before it is complete, and a new leader can go on from the state alone.
 *
 * <pre>
 *                     Cancelled
 *          ┌───────────────────────────┐
 *          ▼                           │
 *        idle ──Requested──► pending ──┴─Started──► preparing ──Fenced──► prepared
 *          ▲                    ▲                       │                    │
 *          │                    └──────FenceExpired─────┘                 Opened
 *       Settled                                                              ▼
 *          └────────────────── finished ◄──────────Emptied────────────── migrating ──Cancelled──► turning
 *
 *   turning, of a slot going from A to B: the same machine from preparing on, from B to A
 *
 *       turning ──Started──► preparing(returning) ──Fenced──► prepared ──Opened──► migrating ...
 *          ▲                         │
 *          └───────FenceExpired──────┘
 *
 *   Cancelled also leads from preparing and prepared back to idle: nothing has been moved yet; and
 *   from finished to pending, the other way round: everything has.
 *
 *                 Aborted           Aborted
 *          ┌──────────────────┬─────────────────┐
 *          ▼                  │                 │
 *        none ──Requested──► preparing ──Fenced──► prepared ──Promoted──► finished ──Settled──► none
 *                             ▲                 │
 *                             └──CandidateLost──┘
 * </pre>
 */
@NullMarked
package io.vodis.topom.transition;

import org.jspecify.annotations.NullMarked;
