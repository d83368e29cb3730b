package org.maskwright.modelzoo.weights;

import java.util.List;

/**
 * With what a network's images are normalised: (value - mean) / std.
 *
 * @param mean of R, G and B in 0..255
 * @param std of R, G and B in units of 0..255
 */
public record PixelStatistics(List<Double> mean, List<Double> std) {
  /** CLIP's (arXiv 2103.00020), of OpenAI and of most that came after. */
  public static final PixelStatistics CLIP =
      new PixelStatistics(
          List.of(122.7709383, 116.7460125, 104.09373615),
          List.of(68.5005327, 66.6321579, 70.32316305));

  /** Copies the lists. */
  public PixelStatistics {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** The same numbers for all three channels. */
  public static PixelStatistics same(double mean, double std) {
    return new PixelStatistics(List.of(mean, mean, mean), List.of(std, std, std));
  }
}
