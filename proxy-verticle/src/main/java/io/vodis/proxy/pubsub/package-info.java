/**
 * Subscriptions of clients, kept at the servers that publish: where they belong as routes change,
 * and what is done so that a message neither gets lost nor comes twice nor out of order.
 */
@NullMarked
package io.vodis.proxy.pubsub;

import org.jspecify.annotations.NullMarked;
