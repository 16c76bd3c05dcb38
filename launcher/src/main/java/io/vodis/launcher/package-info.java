/** The {@code vodis} command: every role, all of them at once, the demo and the admin commands. */
@NullMarked
package io.vodis.launcher;

import org.jspecify.annotations.NullMarked;
