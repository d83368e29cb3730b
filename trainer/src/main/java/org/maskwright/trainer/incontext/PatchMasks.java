package org.maskwright.trainer.incontext;

import java.util.Arrays;
import org.maskwright.engine.tensor.RandomStream;

/**
 * Draws which patches of a canvas are hidden: rectangles until so many are, of random area and
 * shape, and single ones for the rest.
 *
 * <p><b>Source</b> Painter (arXiv 2212.02499), util/masking_generator.py, after BEiT (arXiv
 * 2106.08254)
 *
 * @param rows of patches
 * @param columns of patches
 * @param hidden how many are hidden in the end
 * @param smallest patches of a rectangle, at least
 * @param largest patches of a rectangle, at most
 * @param leastAspect height over width of a rectangle, at least; at most its reciprocal
 */
record PatchMasks(
    int rows, int columns, int hidden, int smallest, int largest, double leastAspect) {
  private static final int ATTEMPTS = 10;

  PatchMasks {
    if (hidden < 0 || hidden > rows * columns || !(leastAspect > 0 && leastAspect <= 1)) {
      throw new IllegalArgumentException(
          "patch masks: expected at most %d hidden patches and a least aspect in (0,1], got %d and %s"
              .formatted(rows * columns, hidden, leastAspect));
    }
  }

  /** A mask, row by row: exactly {@link #hidden} patches are true. */
  boolean[] draw(RandomStream random) {
    boolean[] mask = new boolean[rows * columns];
    int count = 0;
    while (count < hidden) {
      int added = addRectangle(mask, Math.min(hidden - count, largest), random);
      if (added == 0) {
        break;
      }
      count += added;
    }
    for (; count < hidden; count++) {
      int next = random.nextInt(mask.length - count); // among those that are seen
      int at = -1;
      while (next >= 0) {
        at++;
        next -= mask[at] ? 0 : 1;
      }
      mask[at] = true;
    }
    return mask;
  }

  /** The mask of inference: the lower half, exactly. */
  static boolean[] lowerHalf(int rows, int columns) {
    boolean[] mask = new boolean[rows * columns];
    Arrays.fill(mask, rows / 2 * columns, mask.length, true);
    return mask;
  }

  /** Hides 1 to {@code most} more patches; 0 if no rectangle was found that does. */
  private int addRectangle(boolean[] mask, int most, RandomStream random) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double area = smallest + random.nextDouble() * (most - smallest);
      double aspect = Math.exp((2 * random.nextDouble() - 1) * Math.log(leastAspect));
      int height = (int) Math.rint(Math.sqrt(area * aspect));
      int width = (int) Math.rint(Math.sqrt(area / aspect));
      if (height >= rows || width >= columns) {
        continue;
      }
      int top = random.nextInt(rows - height + 1);
      int left = random.nextInt(columns - width + 1);
      int fresh = 0;
      for (int i = 0; i < height * width; i++) {
        fresh += mask[(top + i / width) * columns + left + i % width] ? 0 : 1;
      }
      if (fresh > 0 && fresh <= most) {
        for (int i = 0; i < height * width; i++) {
          mask[(top + i / width) * columns + left + i % width] = true;
        }
        return fresh;
      }
    }
    return 0;
  }
}
