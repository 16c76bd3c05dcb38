@NullMarked
package io.vodis.launcher.demo;

import org.jspecify.annotations.NullMarked;
