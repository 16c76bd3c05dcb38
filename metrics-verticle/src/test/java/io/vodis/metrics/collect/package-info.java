/** Tests of this package. */
@NullMarked
package io.vodis.metrics.collect;

import org.jspecify.annotations.NullMarked;
