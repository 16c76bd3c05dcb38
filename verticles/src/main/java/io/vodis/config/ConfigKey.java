package io.vodis.config;

import java.lang.reflect.Type;

/**
 * One key of a role's configuration.
 *
 * @param name in snake_case, unique in the role
 * @param heading of its section; empty outside sections
 * @param doc the comment above it
 * @param secret whether its value must not be shown
 */
record ConfigKey(String name, String heading, String doc, boolean secret, Type type) {}
