package org.maskwright.datasets.regions;

import java.util.Arrays;
import org.maskwright.datasets.RgbImage;

/**
 * Regions of one look: neighbouring pixels are joined, those whose colours differ least first, as
 * long as the difference is not above what there is within both regions.
 *
 * <p><b>Maths</b> each channel in [0,1] is smoothed by a Gaussian, reflected at the edges and cut
 * off at 4 deviations. Of the 8 neighbours of a pixel the weight is the distance of the colours. In
 * the order of weights w two regions become one if w < min over both of (largest weight within +
 * scale / 255 / pixels); then, in the same order, if one has fewer pixels than the least.
 *
 * <p><b>Source</b> Felzenszwalb and Huttenlocher, IJCV 59(2), 2004; the partition is that of
 * scikit-image's {@code felzenszwalb}. Neighbours of equal weight are joined in the order right,
 * below, below right, above right, each row by row
 *
 * <p><b>Cost, memory, threads</b> O(n log n) of n = 4 x pixels; about 100 bytes a pixel;
 * thread-safe
 *
 * @param scale larger gives larger regions; above 0
 * @param sigma deviation of the Gaussian in pixels; 0 = none
 * @param minSize pixels of a region, at least
 */
public record Felzenszwalb(double scale, double sigma, int minSize) {
  private static final double WHITE = 255;
  private static final int CHANNELS = 3;
  private static final int WAYS = 4;
  private static final double CUT = 4;

  /** Checks the ranges. */
  public Felzenszwalb {
    if (!(scale > 0) || !(sigma >= 0) || minSize < 0) {
      throw new IllegalArgumentException(
          "felzenszwalb: expected a scale above 0, sigma and least size at least 0, got %s, %s, %d"
              .formatted(scale, sigma, minSize));
    }
  }

  /**
   * Finds the regions.
   *
   * @return of each pixel the number of its region, row by row; regions are numbered from 0 as they
   *     are met
   */
  public int[] of(RgbImage image) {
    int width = image.width();
    int height = image.height();
    double[][] planes = new double[CHANNELS][width * height];
    byte[] rgb = image.data();
    for (int i = 0; i < width * height; i++) {
      for (int c = 0; c < CHANNELS; c++) {
        planes[c][i] = (rgb[CHANNELS * i + c] & 0xFF) / WHITE;
      }
    }
    for (double[] plane : planes) {
      smooth(plane, width, height);
    }
    Edges edges = Edges.of(planes, width, height);
    Forest forest = new Forest(width * height);
    edges.forEach((a, b, weight) -> forest.join(a, b, weight, scale / WHITE));
    edges.forEach((a, b, weight) -> forest.joinSmall(a, b, minSize));
    return forest.numbers();
  }

  /** Down the columns, then along the rows. */
  private void smooth(double[] plane, int width, int height) {
    if (sigma == 0) {
      return;
    }
    int radius = (int) (CUT * sigma + 0.5);
    double[] weights = new double[radius + 1];
    double sum = 0;
    for (int k = 0; k <= radius; k++) {
      weights[k] = Math.exp(-0.5 * k * k / (sigma * sigma));
      sum += k == 0 ? weights[k] : 2 * weights[k];
    }
    for (int k = 0; k <= radius; k++) {
      weights[k] /= sum;
    }
    for (int x = 0; x < width; x++) {
      smoothLine(plane, x, width, height, weights);
    }
    for (int y = 0; y < height; y++) {
      smoothLine(plane, y * width, 1, width, weights);
    }
  }

  private static void smoothLine(double[] plane, int from, int step, int length, double[] weights) {
    double[] line = new double[length];
    for (int i = 0; i < length; i++) {
      line[i] = plane[from + i * step];
    }
    for (int i = 0; i < length; i++) {
      double value = line[i] * weights[0];
      for (int k = weights.length - 1; k >= 1; k--) {
        value += (line[reflected(i - k, length)] + line[reflected(i + k, length)]) * weights[k];
      }
      plane[from + i * step] = value;
    }
  }

  /** d c b a | a b c d | d c b a. */
  private static int reflected(int i, int length) {
    int at = Math.floorMod(i, 2 * length);
    return at < length ? at : 2 * length - 1 - at;
  }

  /** Pairs of neighbours by weight. */
  private static final class Edges {
    private final int[] first;
    private final int[] second;
    private final double[] weights;
    private final int[] order;

    private Edges(int count) {
      first = new int[count];
      second = new int[count];
      weights = new double[count];
      order = new int[count];
    }

    /** Told of a pair. */
    @FunctionalInterface
    interface Visitor {
      void visit(int a, int b, double weight);
    }

    static Edges of(double[][] planes, int width, int height) {
      int[] dx = {1, 0, 1, 1};
      int[] dy = {0, 1, 1, -1};
      int count = (width - 1) * height + width * (height - 1) + 2 * (width - 1) * (height - 1);
      Edges edges = new Edges(count);
      int n = 0;
      for (int way = 0; way < WAYS; way++) {
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            int toX = x + dx[way];
            int toY = y + dy[way];
            if (toX < width && toY >= 0 && toY < height) {
              edges.first[n] = y * width + x;
              edges.second[n] = toY * width + toX;
              edges.weights[n] = distance(planes, y * width + x, toY * width + toX);
              n++;
            }
          }
        }
      }
      edges.sort();
      return edges;
    }

    private static double distance(double[][] planes, int a, int b) {
      double sum = 0;
      for (double[] plane : planes) {
        double d = plane[a] - plane[b];
        sum += d * d;
      }
      return Math.sqrt(sum);
    }

    /** By weight, then by number. */
    private void sort() {
      double[] sorted = weights.clone();
      Arrays.sort(sorted);
      int[] next = new int[sorted.length]; // where the next edge of the weight at that place goes
      for (int i = 0; i < weights.length; i++) {
        int at = lowest(sorted, weights[i]);
        order[at + next[at]++] = i;
      }
    }

    private static int lowest(double[] sorted, double value) {
      int low = 0;
      int high = sorted.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (sorted[middle] < value) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    void forEach(Visitor visitor) {
      for (int n : order) {
        visitor.visit(first[n], second[n], weights[n]);
      }
    }
  }

  /** Regions as trees. */
  private static final class Forest {
    private final int[] parents;
    private final int[] sizes;
    private final double[] largest;

    Forest(int count) {
      parents = new int[count];
      sizes = new int[count];
      largest = new double[count];
      for (int i = 0; i < count; i++) {
        parents[i] = i;
        sizes[i] = 1;
      }
    }

    private int root(int i) {
      int root = i;
      while (parents[root] != root) {
        root = parents[root];
      }
      for (int at = i; parents[at] != root; ) {
        int above = parents[at];
        parents[at] = root;
        at = above;
      }
      return root;
    }

    void join(int a, int b, double weight, double scale) {
      int p = root(a);
      int q = root(b);
      if (p != q && weight < Math.min(limit(p, scale), limit(q, scale))) {
        largest[joined(p, q)] = weight;
      }
    }

    /** In single precision, as the reference has it. */
    private float limit(int root, double scale) {
      return (float) (largest[root] + scale / sizes[root]);
    }

    void joinSmall(int a, int b, int minSize) {
      int p = root(a);
      int q = root(b);
      if (p != q && (sizes[p] < minSize || sizes[q] < minSize)) {
        joined(p, q);
      }
    }

    private int joined(int p, int q) {
      int root = Math.min(p, q);
      int other = Math.max(p, q);
      parents[other] = root;
      sizes[root] += sizes[other];
      return root;
    }

    /** A root is the first pixel of its region. */
    int[] numbers() {
      int[] out = new int[parents.length];
      int count = 0;
      for (int i = 0; i < out.length; i++) {
        int root = root(i);
        out[i] = root == i ? count++ : out[root];
      }
      return out;
    }
  }
}
