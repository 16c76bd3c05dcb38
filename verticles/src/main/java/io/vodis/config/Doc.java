package io.vodis.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a configuration key means, its unit, and what 0 or an empty text stands for. It becomes the
 * comment above the key in {@code conf/}. The key is the component's name in snake_case.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Doc {
  String value();

  /** A secret is never printed, logged or answered. */
  boolean secret() default false;
}
