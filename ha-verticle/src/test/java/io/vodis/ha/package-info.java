/** Tests of the ha role's wiring and loop. */
@NullMarked
package io.vodis.ha;

import org.jspecify.annotations.NullMarked;
