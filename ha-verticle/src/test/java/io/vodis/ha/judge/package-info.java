/** Tests of this package. */
@NullMarked
package io.vodis.ha.judge;

import org.jspecify.annotations.NullMarked;
