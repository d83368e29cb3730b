package org.maskwright.trainer.incontext;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.mask.LabelMap;

/**
 * An example that a user gives: a photograph, and what is marked in it.
 *
 * @param mask 0 where nothing is marked, else a label, the same of all that is alike; of the
 *     photograph's size
 */
public record GivenExample(RgbImage picture, LabelMap mask) {
  private static final int FULL = 255; // white; beside other labels what is not known
  private static final int MARKED = 1;

  /** Checks that mask and photograph fit. */
  public GivenExample {
    if (mask.width() != picture.width() || mask.height() != picture.height()) {
      throw new IllegalArgumentException(
          "expected a mask of %d x %d pixels, as its photograph has, got %d x %d; give a mask of that very photograph, not resized"
              .formatted(picture.width(), picture.height(), mask.width(), mask.height()));
    }
    requireMarked(mask);
  }

  private static void requireMarked(LabelMap mask) {
    if (Arrays.stream(mask.labels()).allMatch(label -> label == 0)) {
      throw new IllegalArgumentException(
          "expected a mask in which something is marked, got 0 everywhere; mark with 255 (white), or with a label for each class");
    }
  }

  /**
   * Reads an example. A mask of 0 and 255 alone marks one thing, with label 1; beside other labels
   * 255 is what is not known, and not marked.
   *
   * @throws org.maskwright.datasets.DatasetException if a file cannot be read
   * @throws IllegalArgumentException naming the mask, if it does not fit or marks nothing
   */
  public static GivenExample read(Path photograph, Path mask) {
    RgbImage picture = PhotographFile.read(photograph, Channels.RGB).shown();
    return named(mask, () -> new GivenExample(picture, labels(mask)));
  }

  /**
   * Reads a mask whose photograph is not known yet, with labels as {@link #read} has them.
   *
   * @throws org.maskwright.datasets.DatasetException if it cannot be read
   * @throws IllegalArgumentException naming it, if it marks nothing
   */
  static LabelMap readMask(Path mask) {
    LabelMap map = labels(mask);
    return named(
        mask,
        () -> {
          requireMarked(map);
          return map;
        });
  }

  private static <T> T named(Path mask, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("example " + mask + ": " + e.getMessage(), e);
    }
  }

  private static LabelMap labels(Path mask) {
    LabelMap map = LabelImage.readIndices(mask);
    int[] labels = map.labels();
    boolean others = Arrays.stream(labels).anyMatch(label -> label != 0 && label != FULL);
    int[] own = Arrays.stream(labels).map(l -> l == FULL ? others ? 0 : MARKED : l).toArray();
    return new LabelMap(map.height(), map.width(), own);
  }

  /** The labels that are marked, rising. */
  public SortedSet<Integer> labels() {
    SortedSet<Integer> out = new TreeSet<>();
    for (int label : mask.labels()) {
      if (label != 0) {
        out.add(label);
      }
    }
    return out;
  }

  /** The label of a place of S x S, by the nearest pixel. */
  int at(int x, int y, int side) {
    int row = (int) ((y + 0.5) * mask.height() / side);
    int column = (int) ((x + 0.5) * mask.width() / side);
    return mask.labels()[row * mask.width() + column];
  }
}
