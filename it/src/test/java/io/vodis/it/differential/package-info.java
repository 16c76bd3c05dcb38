/**
 * The same stream of random commands to the proxy and to a plain server: the replies have to be
 * byte-equal, but for what {@link io.vodis.it.differential.ReplyRules} declares.
 */
@NullMarked
package io.vodis.it.differential;

import org.jspecify.annotations.NullMarked;
