/**
 * The RESP2 and RESP3 wire: incremental, allocation-shy decoding, and writing. Imports the JDK and
 * Netty's buffer only.
 */
@NullMarked
package io.vodis.resp;

import org.jspecify.annotations.NullMarked;
