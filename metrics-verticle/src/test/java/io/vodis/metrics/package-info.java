/** Tests of the whole role, with receivers that only pretend. */
@NullMarked
package io.vodis.metrics;

import org.jspecify.annotations.NullMarked;
