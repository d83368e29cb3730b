package org.maskwright.trainer.weak;

import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.TrainingExample;

/**
 * Which cells of a picture at a quarter of its size have a neighbour of their colour: the cells two
 * to the right, two below, and both.
 *
 * <p><b>Maths</b> neighbours i and j are of one colour if exp(-|L_i - L_j| / 2) is at least the
 * given similarity, L the CIELAB colour (sRGB, D65, 2 degrees) of the mean of 4 x 4 pixels, cut to
 * whole levels; cells whose pixel in the middle is padding have no neighbours
 *
 * <p><b>Source</b> BoxInst (arXiv 2012.02310), section 3.2: 3 x 3 neighbours with dilation 2 of
 * maps at stride 4. Of a pair the source counts both orders, here it is there once
 *
 * <p><b>Threads</b> Computed when first asked for; by one thread.
 */
final class ColourEdges {
  /** Pixels of a cell's side. */
  static final int STRIDE = 4;

  /** Cells between neighbours. */
  private static final int DILATION = 2;

  /** From a cell to the later one of each pair: columns and rows. */
  private static final int[][] STEPS = {
    {DILATION, 0}, {0, DILATION}, {DILATION, DILATION}, {-DILATION, DILATION}
  };

  private final TrainingExample example;
  private final double similarity;
  private final int height;
  private final int width;
  private boolean[][] alike;

  private ColourEdges(
      TrainingExample example, double similarity, int paddedHeight, int paddedWidth) {
    this.example = example;
    this.similarity = similarity;
    this.height = (paddedHeight + STRIDE - 1) / STRIDE;
    this.width = (paddedWidth + STRIDE - 1) / STRIDE;
  }

  /**
   * Of an example in a batch.
   *
   * @param losses whose similarity neighbours of one colour have at least
   * @param paddedHeight rows of the batch's padded images
   * @param paddedWidth columns of the batch's padded images
   * @throws IllegalArgumentException if colours are compared and the picture has none
   */
  static ColourEdges of(
      TrainingExample example, BoxLosses losses, int paddedHeight, int paddedWidth) {
    if (losses.pairwise() > 0 && example.image().channels() != 3) {
      throw new IllegalArgumentException(
          "pairwise: expected pictures of 3 channels, as it compares colours, got %d; set pairwise = 0 in data.source.supervision"
              .formatted(example.image().channels()));
    }
    return new ColourEdges(example, losses.similarity(), paddedHeight, paddedWidth);
  }

  /** Rows of cells. */
  int height() {
    return height;
  }

  /** Columns of cells. */
  int width() {
    return width;
  }

  /** How many directions pairs have. */
  static int directions() {
    return STEPS.length;
  }

  /** Columns from the earlier cell of a pair to the later one; may be negative. */
  static int dx(int direction) {
    return STEPS[direction][0];
  }

  /** Rows from the earlier cell of a pair to the later one. */
  static int dy(int direction) {
    return STEPS[direction][1];
  }

  /** Whether the cell and the next one in a direction are both of the picture and of one colour. */
  boolean alike(int direction, int y, int x) {
    if (alike == null) {
      alike = compared();
    }
    return alike[direction][y * width + x];
  }

  private boolean[][] compared() {
    float[][] lab = lab();
    boolean[][] out = new boolean[STEPS.length][height * width];
    for (int d = 0; d < STEPS.length; d++) {
      for (int y = 0; y + dy(d) < height; y++) {
        for (int x = Math.max(0, -dx(d)); x + Math.max(0, dx(d)) < width; x++) {
          float[] a = lab[y * width + x];
          float[] b = lab[(y + dy(d)) * width + x + dx(d)];
          out[d][y * width + x] = a != null && b != null && similar(a, b) >= similarity;
        }
      }
    }
    return out;
  }

  private static double similar(float[] a, float[] b) {
    double sum = 0;
    for (int c = 0; c < 3; c++) {
      sum += (double) (a[c] - b[c]) * (a[c] - b[c]);
    }
    return Math.exp(-Math.sqrt(sum) / 2);
  }

  /** The colour of each cell; null of padding. */
  private float[][] lab() {
    PixelPlanes planes = example.image();
    RgbImage picture = planes.shown();
    float[][] out = new float[height * width][];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean inside =
            y * STRIDE + STRIDE / 2 < example.contentHeight()
                && x * STRIDE + STRIDE / 2 < example.contentWidth();
        out[y * width + x] = inside ? mean(picture, y * STRIDE, x * STRIDE) : null;
      }
    }
    return out;
  }

  private float[] mean(RgbImage picture, int top, int left) {
    int[] sums = new int[3];
    int count = 0;
    for (int y = top; y < Math.min(top + STRIDE, example.contentHeight()); y++) {
      for (int x = left; x < Math.min(left + STRIDE, example.contentWidth()); x++) {
        int at = 3 * (y * picture.width() + x);
        for (int c = 0; c < 3; c++) {
          sums[c] += picture.data()[at + c] & 0xFF;
        }
        count++;
      }
    }
    return CieLab.of(sums[0] / count, sums[1] / count, sums[2] / count);
  }
}
