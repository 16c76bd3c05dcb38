/** Who made which change: turned into entries of the audit log, committed with the change. */
@NullMarked
package io.vodis.topom.audit;

import org.jspecify.annotations.NullMarked;
