/** What every verticle and process needs around it: clocks, health, bootstrap, orderly end. */
@NullMarked
package io.vodis.lifecycle;

import org.jspecify.annotations.NullMarked;
