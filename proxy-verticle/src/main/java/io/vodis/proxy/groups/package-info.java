/**
 * Commands that concern every group, and those that Codis's tools use: what {@link
 * io.vodis.proxy.session.CommandHandlers} does for them.
 */
@NullMarked
package io.vodis.proxy.groups;

import org.jspecify.annotations.NullMarked;
