/** Where each slot is: the table the control plane sends, as a value. Pure. */
@NullMarked
package io.vodis.proxy.route;

import org.jspecify.annotations.NullMarked;
