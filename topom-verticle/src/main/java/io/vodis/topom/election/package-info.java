/** Who leads, and what runs while one leads. */
@NullMarked
package io.vodis.topom.election;

import org.jspecify.annotations.NullMarked;
