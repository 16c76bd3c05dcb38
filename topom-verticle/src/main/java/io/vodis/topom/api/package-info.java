/**
 * The HTTP admin API: routes and validates by {@code openapi.yaml}, checks the admin token, passes
 * changes on to the leader, and maps between JSON and {@link io.vodis.topom.TopomService}. Nothing
 * is decided here.
 *
 * <pre>
 * request ─► AdminTokenHandler ─► validation by openapi.yaml ─► OperationHandler
 *                                                                 │ leading, or GET: virtual thread
 *                                                                 │   Operations ─► TopomService
 *                                                                 └ else: LeaderForwarder ─► leader
 * any failure ─► ErrorHandler ─► {"code", "message"}
 * </pre>
 */
@NullMarked
package io.vodis.topom.api;

import org.jspecify.annotations.NullMarked;
