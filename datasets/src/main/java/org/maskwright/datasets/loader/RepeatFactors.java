package org.maskwright.datasets.loader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Dataset;

/**
 * How often each image comes in an epoch, so that rare classes are seen more often: r(image) is the
 * largest r(c) of its classes, r(c) = max(1, sqrt(t / f(c))), where f(c) is the share of images
 * that show class c. An image comes floor(r) times, and once more with the probability of the rest.
 *
 * <p><b>Source</b> Gupta et al., LVIS (arXiv 1908.03195), appendix B.2; the draw of the rest is
 * detectron2's. Crowds count as their class.
 */
public final class RepeatFactors {
  private final double[] factors;

  private RepeatFactors(double[] factors) {
    this.factors = factors;
  }

  /**
   * Those of a data set.
   *
   * @param threshold t, in (0,1]: classes on a smaller share of the images are repeated
   * @throws IllegalArgumentException if the threshold is out of its range
   */
  public static RepeatFactors of(Dataset dataset, double threshold) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "repeat threshold: expected a share of the images in (0,1], got " + threshold);
    }
    int images = dataset.size();
    List<Set<Integer>> shown = new ArrayList<>(images);
    int[] count = new int[dataset.categories().size()];
    for (int i = 0; i < images; i++) {
      Set<Integer> classes = dataset.classes(i);
      classes.forEach(c -> count[c]++);
      shown.add(classes);
    }
    double[] factors = new double[images];
    for (int i = 0; i < images; i++) {
      factors[i] =
          shown.get(i).stream()
              .mapToDouble(c -> Math.sqrt(threshold * images / count[c]))
              .reduce(1, Math::max);
    }
    return new RepeatFactors(factors);
  }

  /** r of an image, at least 1. */
  public double factor(int image) {
    return factors[image];
  }

  /** The number of images. */
  public int size() {
    return factors.length;
  }

  /** How often each image comes in an epoch, as {@code random} decides of the rests. */
  int[] counts(RandomGenerator random) {
    return Arrays.stream(factors)
        .mapToInt(r -> (int) r + (random.nextDouble() < r - (int) r ? 1 : 0))
        .toArray();
  }
}
