package org.maskwright.trainer.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.Vocabulary;
import org.maskwright.modelzoo.text.TextBank;

/**
 * Classes that a model is asked about in place of its own.
 *
 * @param classes with their words
 * @param bank with vectors of the words; empty: the model's own classes, and what it finds in the
 *     bank that it was made of
 */
public record SpokenWords(Vocabulary classes, Optional<TextBank> bank) {
  /** What is told of them: which were in the training and which were not. */
  String note(ClassSpace own) {
    List<String> names = own.names();
    List<String> known = new ArrayList<>();
    List<String> others = new ArrayList<>();
    boolean[] seen = classes.among(names);
    for (int k = 0; k < seen.length; k++) {
      (seen[k] ? known : others).add(classes.words().get(k).name());
    }
    return "classes: %s; %s"
        .formatted(said(known, "of the training"), said(others, "new to the model"));
  }

  private static String said(List<String> names, String what) {
    return names.isEmpty() ? "none " + what : String.join(", ", names) + " " + what;
  }
}
