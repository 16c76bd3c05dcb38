/**
 * The topology store: the port that every role reads and only the leader writes, its Codis 3 JSON,
 * and its adapters.
 */
@NullMarked
package io.vodis.store;

import org.jspecify.annotations.NullMarked;
