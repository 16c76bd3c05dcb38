/** Vert.x clustering over ZooKeeper that heals by itself after any outage. */
@NullMarked
package io.vodis.cluster;

import org.jspecify.annotations.NullMarked;
