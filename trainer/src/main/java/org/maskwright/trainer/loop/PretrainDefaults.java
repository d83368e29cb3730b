package org.maskwright.trainer.loop;

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
   * @param value as HOCON; {@code SIDE} and {@code GRID} in it stand for the side of the crop in
   *     pixels and in strides of 32
   * @param reason why, without a full stop
   */
  public record Setting(String key, Object value, String reason) {}

  /** Keeps the list. */
  public PretrainDefaults {
    settings = List.copyOf(settings);
  }
}
