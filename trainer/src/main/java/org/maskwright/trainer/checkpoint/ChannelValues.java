package org.maskwright.trainer.checkpoint;

import java.util.List;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Normalization;

/** A normalisation as the means and deviations of each channel that model.conf has. */
final class ChannelValues {
  private ChannelValues() {}

  /** Checks the lists of a file. */
  static void require(List<Double> mean, List<Double> std) {
    boolean some = !mean.isEmpty() && mean.size() <= Channels.MOST;
    if (!some || mean.size() != std.size() || std.stream().anyMatch(s -> s <= 0)) {
      throw new IllegalArgumentException(
          "mean: expected a mean for each of 1 to %d channels and as many deviations above 0, got %s and %s"
              .formatted(Channels.MOST, mean, std));
    }
  }

  static Normalization normalization(List<Double> mean, List<Double> std) {
    return new Normalization(
        mean.stream().map(Double::floatValue).toList(),
        std.stream().map(Double::floatValue).toList());
  }

  static List<Double> means(Normalization pixels) {
    return each(pixels.mean());
  }

  static List<Double> deviations(Normalization pixels) {
    return each(pixels.std());
  }

  /** The shortest doubles that are the same floats: 123.675, not 123.67500305. */
  private static List<Double> each(List<Float> values) {
    return values.stream().map(value -> Double.parseDouble(Float.toString(value))).toList();
  }
}
