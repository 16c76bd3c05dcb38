/** A topology manager without store, proxies or servers, for tests of the admin API and CLI. */
@NullMarked
package io.vodis.topom.fake;

import org.jspecify.annotations.NullMarked;
