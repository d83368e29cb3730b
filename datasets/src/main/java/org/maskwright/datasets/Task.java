package org.maskwright.datasets;

import java.util.Locale;

/**
 * What an image is divided into. One model and one loss serve all three; a task chooses how targets
 * are merged, and says what an annotation tells apart.
 */
public enum Task {
  /** One mask for each class that is present. */
  SEMANTIC,
  /** One mask for each object; objects may overlap, the rest of the image is nothing. */
  INSTANCE,
  /** One mask for each object and one for each stuff class; no two overlap. */
  PANOPTIC;

  /**
   * The name as written in configuration files: {@code semantic}, {@code instance}, {@code
   * panoptic}.
   */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The task of a configuration key.
   *
   * @throws IllegalArgumentException if {@code key} names no task
   */
  public static Task ofKey(String key) {
    for (Task task : values()) {
      if (task.key().equals(key)) {
        return task;
      }
    }
    throw new IllegalArgumentException(
        "task: expected semantic, instance or panoptic, got \"" + key + "\"");
  }
}
