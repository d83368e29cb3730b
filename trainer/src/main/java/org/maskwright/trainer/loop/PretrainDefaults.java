package org.maskwright.trainer.loop;

import java.util.ArrayList;
import java.util.List;

/**
 * How a task is planned for a folder of pictures, by {@code pretrain DIR --task NAME}.
 *
 * @param learnt what the folder must hold
 * @param hidesPatches whether the backbone must be a transformer that is run on some patches
 * @param best the metric that decides, such as {@code picture-class.top-1}; its kind is evaluated
 * @param settings of the task, which win over the planner's own
 */
public record PretrainDefaults(
    Learnt learnt, boolean hidesPatches, String best, List<Setting> settings) {
  /** What is learnt from. */
  public enum Learnt {
    /** Pictures, whatever is said of them. */
    PICTURES,
    /** Pictures with a class each. */
    CLASSES,
    /** Pictures with captions. */
    CAPTIONS
  }

  /**
   * A setting of a run.
   *
   * @param key full key, such as {@code augment.type}; those of {@code model.backbone} are left out
   *     where weights are started from
   * @param value as HOCON; {@code SIDE}, {@code GRID} and {@code QUEUE} in it stand for the side of
   *     the crop in pixels, that side in strides of 32, and the largest power of two that is not
   *     above the number of pictures, 65,536 at most
   * @param reason why, without a full stop
   */
  public record Setting(String key, String value, String reason) {}

  /** Keeps the list. */
  public PretrainDefaults {
    settings = List.copyOf(settings);
  }

  /**
   * Of settings as text.
   *
   * @param settings lines {@code KEY = VALUE}, each under the reason of it and those after it, a
   *     line that starts with {@code #}
   */
  public static PretrainDefaults of(
      Learnt learnt, boolean hidesPatches, String best, String settings) {
    List<Setting> all = new ArrayList<>();
    String reason = "";
    for (String line : settings.lines().map(String::strip).toList()) {
      if (line.startsWith("#")) {
        reason = line.substring(1).strip();
      } else if (!line.isEmpty()) {
        int equals = line.indexOf(" = ");
        if (equals < 0 || reason.isEmpty()) {
          throw new IllegalArgumentException("expected KEY = VALUE under a reason, got " + line);
        }
        all.add(new Setting(line.substring(0, equals), line.substring(equals + 3), reason));
      }
    }
    return new PretrainDefaults(learnt, hidesPatches, best, all);
  }
}
