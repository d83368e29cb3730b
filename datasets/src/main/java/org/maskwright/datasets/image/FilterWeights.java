package org.maskwright.datasets.image;

/**
 * The weights of the source pixels of each output position of one axis: a filter that widens when
 * the image shrinks, so that nothing aliases.
 *
 * <p><b>Maths</b> w(t) of the filter at t = (x + 0.5 - centre) / max(1, scale), normalised
 *
 * <p><b>Source</b> Pillow's resize
 */
final class FilterWeights {
  /** The first source pixel of each position. */
  final int[] first;

  /** How many from there on. */
  final int[] count;

  /** The most that a position may have. */
  final int taps;

  private final ResizeFilter filter;
  private final double scale;
  private final double width;
  private final int start;

  /**
   * @param filter its shape
   * @param from pixels of the source
   * @param to positions of the whole axis
   * @param start the first position that is wanted
   * @param length how many
   */
  FilterWeights(ResizeFilter filter, int from, int to, int start, int length) {
    this.filter = filter;
    this.start = start;
    this.scale = (double) from / to;
    this.width = Math.max(1, scale);
    double reach = filter.reach() * width;
    this.taps = (int) Math.ceil(reach) * 2 + 1;
    this.first = new int[length];
    this.count = new int[length];
    for (int i = 0; i < length; i++) {
      first[i] = Math.max(0, (int) (centre(i) - reach + 0.5));
      count[i] = Math.min(from, (int) (centre(i) + reach + 0.5)) - first[i];
    }
  }

  private double centre(int i) {
    return (start + i + 0.5) * scale;
  }

  /** Writes the weights of a position, whose sum is 1, to the beginning of {@code weights}. */
  void of(int i, double[] weights) {
    double sum = 0;
    for (int t = 0; t < count[i]; t++) {
      double distance = Math.abs((t + first[i] - centre(i) + 0.5) * (1 / width));
      weights[t] = filter.weight(distance);
      sum += weights[t];
    }
    for (int t = 0; t < count[i]; t++) {
      weights[t] = sum == 0 ? weights[t] : weights[t] / sum;
    }
  }
}
