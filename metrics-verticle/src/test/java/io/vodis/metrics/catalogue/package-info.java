/** Tests of this package. */
@NullMarked
package io.vodis.metrics.catalogue;

import org.jspecify.annotations.NullMarked;
