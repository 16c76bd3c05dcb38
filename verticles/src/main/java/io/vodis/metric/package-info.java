/** Names and labels of all metrics as constants, grouped per area, and the values they carry. */
@NullMarked
package io.vodis.metric;

import org.jspecify.annotations.NullMarked;
