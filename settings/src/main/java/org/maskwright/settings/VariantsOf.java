package org.maskwright.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On an interface that settings records implement: a value of it is a choice among the variants of
 * a kind. In a configuration file it is a section {@code {type = NAME, NAME {...}, ...}}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface VariantsOf {
  /** The kind, whose {@link Registry} knows the names. */
  Class<? extends Variant> value();
}
