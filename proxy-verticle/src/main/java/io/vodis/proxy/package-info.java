/**
 * The data plane: a RESP proxy. This package only wires; read in this order:
 *
 * <pre>
 *  client socket                                                      server socket
 *    │ (a)                                                         (b) │
 *    ▼                                                                 ▼
 *  RequestDecoder ─► Session ─► CommandTable ─► Dispatcher ─► BackendConnection ══► server
 *                      ▲   └─► RequestRouter (all but one key, served) ──┘    │
 *    ◄── one flush ────┘◄──────── reply, in request order ◄── ReplyDecoder ◄──┘ (c)
 *    (d)
 * </pre>
 *
 * <p>One event loop is one {@link io.vodis.proxy.DataLoop} that shares nothing: its sessions, its
 * connections, its table. What concerns all of them (tables, the lease, figures) comes and goes as
 * messages between loops, through {@link io.vodis.proxy.DataPlane}.
 */
@NullMarked
package io.vodis.proxy;

import org.jspecify.annotations.NullMarked;
