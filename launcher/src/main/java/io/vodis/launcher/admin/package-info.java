/**
 * {@code vodis admin}: the admin API of topom as commands. Each command makes one or a few calls
 * and prints what came back, as a table for people or as the API's own JSON.
 */
@NullMarked
package io.vodis.launcher.admin;

import org.jspecify.annotations.NullMarked;
