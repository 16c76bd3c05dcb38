/**
 * Units, loading and errors of configuration files. The records of each role live in its module.
 */
@NullMarked
package io.vodis.config;

import org.jspecify.annotations.NullMarked;
