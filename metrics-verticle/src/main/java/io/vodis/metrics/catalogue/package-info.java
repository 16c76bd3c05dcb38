/**
 * What metrics there are: the definitions of {@code io.vodis.metric} and the table in {@code
 * docs/metrics.md}.
 */
@NullMarked
package io.vodis.metrics.catalogue;

import org.jspecify.annotations.NullMarked;
