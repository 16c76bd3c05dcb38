package io.vodis.store;

import io.vodis.model.Member;

/**
 * The right to write, as long as nobody has been elected since. Holding this object proves nothing:
 * each {@link TopologyStore#commit} checks it in the transaction.
 *
 * @param term raised by one at every election of the product
 * @param fence what the adapter needs to check the term inside a transaction
 */
public record Leadership(Member leader, long term, Object fence) {}
