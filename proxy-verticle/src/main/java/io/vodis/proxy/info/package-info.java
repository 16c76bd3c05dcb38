/** What servers say about themselves, and the same of all of them together. Pure. */
@NullMarked
package io.vodis.proxy.info;

import org.jspecify.annotations.NullMarked;
