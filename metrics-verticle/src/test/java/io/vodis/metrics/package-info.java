/** Tests of this package. */
@NullMarked
package io.vodis.metrics;

import org.jspecify.annotations.NullMarked;
