/** The topology store in ZooKeeper, in the place and form of Codis 3. */
@NullMarked
package io.vodis.store.zookeeper;

import org.jspecify.annotations.NullMarked;
