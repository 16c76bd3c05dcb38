@NullMarked
package io.vodis.launcher;

import org.jspecify.annotations.NullMarked;
