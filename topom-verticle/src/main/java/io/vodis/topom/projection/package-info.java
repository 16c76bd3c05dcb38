/** From the control plane's rows to what one proxy must serve. Pure. */
@NullMarked
package io.vodis.topom.projection;

import org.jspecify.annotations.NullMarked;
