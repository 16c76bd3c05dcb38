/** Plans as values: where slots should go, and which moves may run now. Pure. */
@NullMarked
package io.vodis.topom.plan;

import org.jspecify.annotations.NullMarked;
