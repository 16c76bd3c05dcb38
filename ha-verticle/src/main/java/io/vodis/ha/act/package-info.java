/**
 * Asks the other ha members for their opinion and the leader for a failover: all that this role
 * ever does about a verdict.
 */
@NullMarked
package io.vodis.ha.act;

import org.jspecify.annotations.NullMarked;
