/**
 * What Codis's own tools ask a proxy: the SLOTS commands, and PING and INFO with the address of a
 * server. Servers that know the SLOTS commands are asked with them; of others the proxy finds out
 * by reading their keys with SCAN.
 */
@NullMarked
package io.vodis.proxy.codis;

import org.jspecify.annotations.NullMarked;
