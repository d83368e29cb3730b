package org.maskwright.trainer.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Elements of this list of sections are, where they say nothing else, as a section beside it, which
 * is bound to nothing itself. An empty list is that section alone.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface ElementsLike {
  /** Key of that section. */
  String value();
}
