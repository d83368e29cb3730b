package org.maskwright.datasets.labels;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.maskwright.datasets.json.Segmentation;

/**
 * An object as it is to be in a picture.
 *
 * @param id of an object that the picture has, or had since the file was opened; empty: a new one
 * @param categoryId of its class
 * @param segmentation of the picture's size; empty: as the object with that id has it
 */
public record LabelEdit(OptionalLong id, int categoryId, Optional<Segmentation> segmentation) {
  /** Checks that nothing is null. */
  public LabelEdit {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(segmentation, "segmentation");
  }

  /** A new object. */
  public static LabelEdit added(int categoryId, Segmentation segmentation) {
    return new LabelEdit(OptionalLong.empty(), categoryId, Optional.of(segmentation));
  }

  /** An object as it is. */
  public static LabelEdit kept(DrawnObject object) {
    return new LabelEdit(OptionalLong.of(object.id()), object.categoryId(), Optional.empty());
  }
}
