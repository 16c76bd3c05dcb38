/**
 * {@code vodis demo}: a whole product on one machine, with its own ZooKeeper and Redis servers,
 * that leaves nothing running.
 */
@NullMarked
package io.vodis.launcher.demo;

import org.jspecify.annotations.NullMarked;
