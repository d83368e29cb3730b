package org.maskwright.engine.fused;

import java.nio.FloatBuffer;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.runtime.Parallel;

/**
 * Costs of masks at sampled points on the CPU: a few hundred points of a query at a time are
 * sampled and added to the sums that cross-entropy and dice consist of, while they are in the
 * first-level cache. Nothing of the size queries x points is stored.
 *
 * <p>One task per query copies its map into an array with a border of zeros, so that a sample on
 * the edge is one like any other. Sums run in float over {@value #BLOCK} points and in double
 * beyond.
 *
 * <p><b>Source</b> Mask2Former (arXiv 2112.01527), section 3.3; {@link MaskCosts} holds the
 * contract and the twin.
 *
 * <p><b>Threads</b> stateless after construction; {@link Parallel} over images and queries.
 */
final class MaskCostKernel {
  private static final int BLOCK = 512;

  private final RowKernels rows = RowKernels.get();
  private final int images;
  private final int queries;
  private final int height;
  private final int width;
  private final int points;
  private final int targets;
  private final double maskWeight;
  private final double diceWeight;

  /**
   * For mask logits [images,queries,height,width], points [images,points,2] and labels
   * [images,targets,points].
   */
  MaskCostKernel(
      int images,
      int queries,
      int height,
      int width,
      int points,
      int targets,
      double maskWeight,
      double diceWeight) {
    this.images = images;
    this.queries = queries;
    this.height = height;
    this.width = width;
    this.points = points;
    this.targets = targets;
    this.maskWeight = maskWeight;
    this.diceWeight = diceWeight;
  }

  /** Costs [images,queries,targets]. */
  float[] costs(FloatBuffer logits, float[] points, float[] labels) {
    float[] out = new float[images * queries * targets];
    Samples[] samples = new Samples[images];
    Labels[] compact = new Labels[images];
    Parallel.forEach(
        images,
        b -> {
          samples[b] = new Samples(points, b);
          compact[b] = new Labels(labels, b);
        });
    Parallel.forEach(
        images * queries,
        task -> costs(logits, task, samples[task / queries], compact[task / queries], out));
    return out;
  }

  private void costs(FloatBuffer logits, int task, Samples samples, Labels labels, float[] out) {
    float[] map = bordered(logits, task);
    float[] x = new float[BLOCK];
    float[] sigmoid = new float[BLOCK];
    float[] softplus = new float[BLOCK];
    double[] logitLabel = new double[targets];
    double[] sigmoidLabel = new double[targets];
    double sigmoidSum = 0;
    double softplusSum = 0;
    for (int first = 0; first < points; first += BLOCK) {
      int n = Math.min(BLOCK, points - first);
      samples.of(map, first, n, x);
      rows.logistic(x, sigmoid, softplus, n);
      sigmoidSum += rows.sum(sigmoid, 0, n);
      softplusSum += rows.sum(softplus, 0, n);
      labels.addProducts(first / BLOCK, x, logitLabel, sigmoid, sigmoidLabel);
    }
    for (int t = 0; t < targets; t++) {
      double mask = (softplusSum - logitLabel[t]) / points;
      double dice = 1 - (2 * sigmoidLabel[t] + 1) / (sigmoidSum + labels.sums[t] + 1);
      out[task * targets + t] = (float) (maskWeight * mask + diceWeight * dice);
    }
  }

  /** A map as [height+2,width+2] with zeros around it. */
  private float[] bordered(FloatBuffer logits, int map) {
    float[] out = new float[(height + 2) * (width + 2)];
    for (int y = 0; y < height; y++) {
      logits.get((map * height + y) * width, out, (y + 1) * (width + 2) + 1, width);
    }
    return out;
  }

  /** Where the points of an image lie in a bordered map: the same for all its queries. */
  private final class Samples {
    private final int[] corner = new int[points]; // upper left of the four pixels
    private final float[] right = new float[points]; // share of the right ones
    private final float[] below = new float[points];

    Samples(float[] xy, int image) {
      for (int p = 0; p < points; p++) {
        float x = xy[2 * (image * points + p)] * width - 0.5f;
        float y = xy[2 * (image * points + p) + 1] * height - 0.5f;
        if (x > -1 && y > -1 && x < width && y < height) { // else the corner of the border: 0
          int x0 = (int) (x + 1) - 1; // floor, as x > -1
          int y0 = (int) (y + 1) - 1;
          corner[p] = (y0 + 1) * (width + 2) + x0 + 1;
          right[p] = x - x0;
          below[p] = y - y0;
        }
      }
    }

    void of(float[] map, int first, int n, float[] x) {
      int row = width + 2;
      for (int i = 0; i < n; i++) {
        int at = corner[first + i];
        float fx = right[first + i];
        float above = map[at] + fx * (map[at + 1] - map[at]);
        float under = map[at + row] + fx * (map[at + row + 1] - map[at + row]);
        x[i] = above + below[first + i] * (under - above);
      }
    }
  }

  /**
   * The labels of an image that are not 0, block by block and target by target: a point is inside
   * few of the targets, often of one, so that the products cost about as much for many as for one.
   */
  private final class Labels {
    final double[] sums = new double[targets];
    private final int[] starts; // of each block and target, and the end
    private final short[] point; // within the block
    private final float[] label;

    Labels(float[] labels, int image) {
      int blocks = (points + BLOCK - 1) / BLOCK;
      int from = image * targets * points;
      int size = 0;
      for (int i = from; i < from + targets * points; i++) {
        size += labels[i] != 0 ? 1 : 0;
      }
      starts = new int[blocks * targets + 1];
      point = new short[size];
      label = new float[size];
      int k = 0;
      for (int cell = 0; cell < blocks * targets; cell++) {
        int first = cell / targets * BLOCK;
        int at = from + cell % targets * points + first;
        starts[cell] = k;
        for (int i = 0; i < Math.min(BLOCK, points - first); i++) {
          float t = labels[at + i];
          if (t != 0) {
            point[k] = (short) i;
            label[k++] = t;
            sums[cell % targets] += t;
          }
        }
      }
      starts[blocks * targets] = k;
    }

    /** Adds the sums of a block of x * label and y * label for each target. */
    void addProducts(int block, float[] x, double[] xSums, float[] y, double[] ySums) {
      for (int t = 0; t < targets; t++) {
        int end = starts[block * targets + t + 1];
        float xSum = 0;
        float ySum = 0;
        for (int k = starts[block * targets + t]; k < end; k++) {
          xSum += x[point[k]] * label[k];
          ySum += y[point[k]] * label[k];
        }
        xSums[t] += xSum;
        ySums[t] += ySum;
      }
    }
  }
}
