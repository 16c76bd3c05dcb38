/**
 * What a command is: its name, how its keys are found, and how it is routed. The table is data
 * ({@code baseline.txt}, {@code newer.txt} among the resources). Imports the JDK, Netty's buffer,
 * and {@code io.vodis.resp}; does no I/O.
 */
@NullMarked
package io.vodis.proxy.command;

import org.jspecify.annotations.NullMarked;
