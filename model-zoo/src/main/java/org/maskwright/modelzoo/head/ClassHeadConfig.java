package org.maskwright.modelzoo.head;

import java.nio.file.Path;
import java.util.Optional;
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

  /** Whether its heads tell classes apart by words, and so any that have some. */
  default boolean speaksWords() {
    return false;
  }

  /** The text bank that it reads; empty if there is none, or its vectors are known already. */
  default Optional<Path> bank() {
    return Optional.empty();
  }
}
