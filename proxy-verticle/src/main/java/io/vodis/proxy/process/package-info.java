/** What commands of one loop ask of the whole process: its other loops, its servers. */
@NullMarked
package io.vodis.proxy.process;

import org.jspecify.annotations.NullMarked;
