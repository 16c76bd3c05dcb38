/** Tests of this package. */
@NullMarked
package io.vodis.ha.act;

import org.jspecify.annotations.NullMarked;
