/** The test tools are tested too: a checker that cannot fail proves nothing. */
@NullMarked
package io.vodis.testsupport;

import org.jspecify.annotations.NullMarked;
