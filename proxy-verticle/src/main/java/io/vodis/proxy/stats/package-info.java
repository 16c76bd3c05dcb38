/** What a loop counts and shows of itself, as values. Knows no session. */
@NullMarked
package io.vodis.proxy.stats;

import org.jspecify.annotations.NullMarked;
