/** What an operator changes in the topology, as values. Pure. */
@NullMarked
package io.vodis.topom.edit;

import org.jspecify.annotations.NullMarked;
