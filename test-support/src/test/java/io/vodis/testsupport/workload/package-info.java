/** Proves that the checker finds what it is meant to find. */
@NullMarked
package io.vodis.testsupport.workload;

import org.jspecify.annotations.NullMarked;
