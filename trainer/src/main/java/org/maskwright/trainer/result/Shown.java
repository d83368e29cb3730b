package org.maskwright.trainer.result;

import org.maskwright.modelzoo.head.ClassSpace;

/**
 * What pictures and JSON say of a result.
 *
 * @param classes of the results
 * @param threshold what has a score below is left out, where a result holds all that was found
 */
public record Shown(ClassSpace classes, double threshold) {
  /** The name of a class. */
  public String name(int index) {
    return classes.classes().get(index).name();
  }
}
