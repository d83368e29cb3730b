package org.maskwright.modelzoo.head;

import org.maskwright.settings.VariantsOf;

/** Describes a class head: the settings record of a {@link ClassHeadPart}. */
@VariantsOf(ClassHeadPart.class)
public interface ClassHeadConfig {
  /**
   * What makes heads that tell these classes apart; reads what they are told apart by, if anything.
   *
   * @throws IllegalArgumentException if they cannot be told apart by it
   */
  ClassHeads of(ClassSpace space);
}
