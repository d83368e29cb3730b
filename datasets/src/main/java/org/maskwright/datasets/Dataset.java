package org.maskwright.datasets;

import java.util.List;
import java.util.Set;

/**
 * Annotated images, read one by one.
 *
 * <p><b>Thread safety</b> All methods may be called from several threads at once.
 */
public interface Dataset {
  /** A short name for messages and provenance, such as {@code coco-panoptic train2017}. */
  String name();

  /** The number of images. */
  int size();

  /** The classes, in training order. */
  Categories categories();

  /** The tasks that the annotation can serve. */
  Set<Task> tasks();

  /** Image {@code index}, 0..size-1, without reading it. */
  SampleInfo info(int index);

  /**
   * The annotation of image {@code index} without its photograph.
   *
   * @throws DatasetException if a file is missing, broken, or does not fit the image
   */
  List<Segment> segments(int index);

  /**
   * The photograph of image {@code index}.
   *
   * @throws DatasetException if it is missing, broken, too large, or not of the declared size
   */
  RgbImage image(int index);

  /** Photograph and annotation of image {@code index}. */
  default Sample load(int index) {
    return new Sample(info(index), image(index), segments(index));
  }

  /**
   * Whether image {@code index} has anything to train on; a data set that cannot tell without
   * reading files answers true.
   */
  default boolean hasTargets(int index) {
    return true;
  }
}
