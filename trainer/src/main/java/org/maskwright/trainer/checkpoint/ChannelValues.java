package org.maskwright.trainer.checkpoint;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.maskwright.datasets.Normalization;

/** A normalisation as the means and deviations of R, G and B that model.conf has. */
final class ChannelValues {
  private static final int CHANNELS = 3;

  private ChannelValues() {}

  /** Checks the lists of a file. */
  static void require(List<Double> mean, List<Double> std) {
    if (mean.size() != CHANNELS || std.size() != CHANNELS || std.stream().anyMatch(s -> s <= 0)) {
      throw new IllegalArgumentException(
          "mean: expected three means and three deviations above 0, got " + mean + " and " + std);
    }
  }

  static Normalization normalization(List<Double> mean, List<Double> std) {
    return new Normalization(
        mean.get(0).floatValue(),
        mean.get(1).floatValue(),
        mean.get(2).floatValue(),
        std.get(0).floatValue(),
        std.get(1).floatValue(),
        std.get(2).floatValue());
  }

  static List<Double> means(Normalization pixels) {
    return each(pixels::mean);
  }

  static List<Double> deviations(Normalization pixels) {
    return each(pixels::std);
  }

  /** The shortest doubles that are the same floats: 123.675, not 123.67500305. */
  private static List<Double> each(IntFunction<Float> value) {
    return IntStream.range(0, CHANNELS)
        .mapToObj(c -> Double.parseDouble(Float.toString(value.apply(c))))
        .toList();
  }
}
