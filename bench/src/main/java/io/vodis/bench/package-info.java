/** JMH benchmarks of the hot path; run them with {@code bench/jmh}. */
@NullMarked
package io.vodis.bench;

import org.jspecify.annotations.NullMarked;
