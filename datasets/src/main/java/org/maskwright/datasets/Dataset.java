package org.maskwright.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
  Photograph image(int index);

  /**
   * The name of the video that image {@code index} is a frame of; empty of a photograph. Frames of
   * a video follow one another, in order.
   */
  default Optional<String> video(int index) {
    return Optional.empty();
  }

  /** What somebody said that image {@code index} shows, a sentence each; empty if nobody did. */
  default List<String> captions(int index) {
    return List.of();
  }

  /** The channels that its photographs are read with. */
  default Channels channels() {
    return Channels.RGB;
  }

  /** Photograph and annotation of image {@code index}. */
  default Sample load(int index) {
    return new Sample(info(index), image(index), segments(index));
  }

  /** What was found out or assumed when the data set was opened and a user should know. */
  default List<String> notes() {
    return List.of();
  }

  /**
   * The segments of image {@code index} without their masks, if they are known without reading a
   * file; null if they are not.
   */
  default List<Label> labels(int index) {
    return null;
  }

  /**
   * The classes that image {@code index} shows, those of crowds too; reads its annotation if they
   * are not known without.
   *
   * @throws DatasetException as {@link #segments}
   */
  default Set<Integer> classes(int index) {
    List<Label> labels = labels(index);
    Set<Integer> out = new TreeSet<>();
    if (labels == null) {
      segments(index).forEach(segment -> out.add(segment.category()));
    } else {
      labels.forEach(label -> out.add(label.category()));
    }
    return out;
  }

  /**
   * Of each class the images that show it, rising; reads all annotations if {@link #classes} does.
   *
   * @throws DatasetException as {@link #segments}
   */
  default List<List<Integer>> showing() {
    List<List<Integer>> out = new ArrayList<>();
    for (int c = 0; c < categories().size(); c++) {
      out.add(new ArrayList<>());
    }
    for (int i = 0; i < size(); i++) {
      for (int c : classes(i)) {
        out.get(c).add(i);
      }
    }
    return out;
  }

  /**
   * Where the annotation of image {@code index} says something twice and the two disagree: an area
   * or a box that is not the mask's.
   *
   * @throws DatasetException as {@link #segments}
   */
  default List<DatasetException> disagreements(int index) {
    return List.of();
  }

  /**
   * The first segment of image {@code index} whose mask nobody drew, as a problem of that
   * annotation; empty if each has one. Known without reading a photograph.
   */
  default Optional<DatasetException> maskless(int index) {
    return Optional.empty();
  }

  /** A segment without its mask: contiguous class index, and whether it is a crowd. */
  record Label(int category, boolean crowd) {}

  /**
   * Whether image {@code index} has anything to train on; a data set that cannot tell without
   * reading files answers true.
   */
  default boolean hasTargets(int index) {
    return true;
  }
}
