/** Tests of this package. */
@NullMarked
package io.vodis.metrics.expose;

import org.jspecify.annotations.NullMarked;
