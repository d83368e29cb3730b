package org.maskwright.trainer.probe;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.maskwright.trainer.config.ConfigFile;

/** Whether a run has learnt from turned pictures, of which its rotation probe is no judge. */
public final class Rotated {
  private static final String TASK = "train.task.type";

  private Rotated() {}

  /** What is to be said of a run, by its configuration. */
  public static Optional<String> warning(Path config) {
    List<ConfigFile.Entry> entries = ConfigFile.load(config, List.of()).entries();
    boolean task =
        entries.stream().anyMatch(e -> e.path().equals(TASK) && e.value().equals("rotation"));
    if (task) {
      return Optional.of(
          config
              + ": it was trained to tell rotations, so this probe does not compare it with others");
    }
    return entries.stream()
        .filter(e -> e.path().startsWith("augment."))
        .filter(e -> e.path().toLowerCase(Locale.ROOT).contains("rotat"))
        .filter(e -> !e.value().matches("0(\\.0+)?|false|off|none|\\[\\]"))
        .findFirst()
        .map(
            e ->
                "%s: it was trained on turned pictures (%s = %s), which teaches it not to see how a picture is turned; do not choose by this probe"
                    .formatted(config, e.path(), e.value()));
  }
}
