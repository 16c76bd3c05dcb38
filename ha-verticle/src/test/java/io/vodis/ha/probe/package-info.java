/** Tests of this package. */
@NullMarked
package io.vodis.ha.probe;

import org.jspecify.annotations.NullMarked;
