/**
 * Facts about a product: immutable values, no behaviour beyond self-checks. Imports the JDK only.
 */
@NullMarked
package io.vodis.model;

import org.jspecify.annotations.NullMarked;
