package org.maskwright.datasets.labels;

import java.util.List;

/**
 * The labels of one picture.
 *
 * @param version another after each save, which has to name the one it was made from
 * @param done whether all objects of the picture are drawn
 * @param objects in the order of drawing
 */
public record Labels(long version, boolean done, List<DrawnObject> objects) {
  /** Keeps a copy. */
  public Labels {
    objects = List.copyOf(objects);
  }

  /** How far the labelling is. */
  public LabelState state() {
    if (done) {
      return LabelState.DONE;
    }
    return objects.isEmpty() ? LabelState.UNLABELLED : LabelState.LABELLED;
  }
}
