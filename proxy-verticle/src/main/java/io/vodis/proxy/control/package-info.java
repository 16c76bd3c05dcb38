/**
 * What one proxy process has to do with the control plane: it takes tables from the leader and
 * acknowledges them, keeps its lease, and asks for a table when it has none.
 */
@NullMarked
package io.vodis.proxy.control;

import org.jspecify.annotations.NullMarked;
