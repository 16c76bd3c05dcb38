/** Who may restore keys on which server while slots move. */
@NullMarked
package io.vodis.topom.mover;

import org.jspecify.annotations.NullMarked;
