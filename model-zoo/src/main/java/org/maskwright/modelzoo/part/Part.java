package org.maskwright.modelzoo.part;

import java.util.List;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.settings.Variant;

/**
 * A part of a model, in one file: its name, its settings with their meanings and how they are built
 * ({@link Variant}), the checkpoints of others that hold it, the settings that weights show, and
 * what was published. The kinds of parts say how the last three look; each part stands in its
 * kind's file in {@code META-INF/services}, and nowhere else.
 */
public interface Part extends Variant {
  /** Families of checkpoints that hold this part alone, each recognised by its keys. */
  default List<CheckpointFamily> families() {
    return List.of();
  }
}
