/**
 * A whole product on one machine, for system tests and benchmarks: real ZooKeeper, real servers,
 * and every role either in this JVM or, where it is to be killed or measured, in one of its own.
 */
@NullMarked
package io.vodis.it;

import org.jspecify.annotations.NullMarked;
