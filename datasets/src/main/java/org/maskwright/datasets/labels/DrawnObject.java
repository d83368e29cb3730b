package org.maskwright.datasets.labels;

import java.util.Objects;
import java.util.Optional;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Box;

/**
 * An object of a picture as it is in the file of labels.
 *
 * @param id of the annotation, that of no other in the file
 * @param categoryId of its class
 * @param crowd whether it is a group that was not told apart
 * @param segmentation polygons or run lengths; empty: nobody drew it, as in files of boxes
 * @param box as the file says; empty: it does not
 */
public record DrawnObject(
    long id,
    int categoryId,
    boolean crowd,
    Optional<Segmentation> segmentation,
    Optional<Box> box) {
  /** Checks that nothing is null. */
  public DrawnObject {
    Objects.requireNonNull(segmentation, "segmentation");
    Objects.requireNonNull(box, "box");
  }

  static DrawnObject of(CocoAnnotation annotation) {
    return new DrawnObject(
        annotation.id(),
        annotation.categoryId(),
        annotation.crowd(),
        Optional.ofNullable(annotation.segmentation()).filter(s -> !s.isEmpty()),
        Optional.ofNullable(annotation.box()));
  }
}
