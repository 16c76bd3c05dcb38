@NullMarked
package io.vodis.config;

import org.jspecify.annotations.NullMarked;
