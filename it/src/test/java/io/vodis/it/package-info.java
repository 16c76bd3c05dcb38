/** What the whole product promises, shown on real processes. */
@NullMarked
package io.vodis.it;

import org.jspecify.annotations.NullMarked;
