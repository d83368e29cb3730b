package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.Dataset;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigException;

/** Whether a data set has a model's classes, in the order of its logits. */
public final class SameClasses {
  private SameClasses() {}

  /**
   * Checks it.
   *
   * @param classes of the model
   * @param data the data set of {@code data.val}
   * @param model its folder, for messages
   * @param byPosition whether classes of other names are taken for the model's in their order
   * @throws ConfigException if their numbers differ, or their names where both have some
   */
  public static void require(ClassSpace classes, Dataset data, Path model, boolean byPosition) {
    List<String> expected = classes.names();
    List<String> got = data.categories().names();
    if (expected.size() != got.size()) {
      throw new ConfigException(
          "data.val: expected the model's "
              + expected.size()
              + " classes, "
              + data.name()
              + " has "
              + got.size());
    }
    if (byPosition || !isNamed(classes)) {
      return;
    }
    for (int i = 0; i < got.size(); i++) {
      if (!expected.get(i).strip().equalsIgnoreCase(got.get(i).strip())) {
        throw new ConfigException(
            "data.val: expected the model's classes in the order of its logits; class %d is \"%s\" in %s and \"%s\" in %s. If they are the same classes in the same order under other names, change the names in model.conf (and its line in SHA256SUMS); eval also takes --by-position"
                .formatted(
                    i,
                    expected.get(i),
                    model.resolve(ModelFolder.SETTINGS),
                    got.get(i),
                    data.name()));
      }
    }
  }

  /** Whether a model told its classes' names: an imported one may have nothing but numbers. */
  private static boolean isNamed(ClassSpace classes) {
    return !classes.names().equals(ClassSpace.ofSize(classes.size()).names());
  }
}
