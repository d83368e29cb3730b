package org.maskwright.datasets;

import java.util.List;

/**
 * How pixels become the network's input: {@code (value - mean) / std} in each channel, all in units
 * of 0..255.
 *
 * @param mean of each channel
 * @param std deviation of each channel, > 0
 */
public record Normalization(List<Float> mean, List<Float> std) {
  /** The ImageNet statistics that torchvision, detectron2's RGB models and Mask2Former use. */
  public static final Normalization IMAGENET =
      new Normalization(List.of(123.675f, 116.280f, 103.530f), List.of(58.395f, 57.120f, 57.375f));

  /** Checks that there is a deviation above 0 for each mean. */
  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    boolean finite =
        mean.stream().allMatch(m -> Float.isFinite(m))
            && std.stream().allMatch(s -> s > 0 && Float.isFinite(s));
    if (mean.isEmpty() || mean.size() > Channels.MOST || mean.size() != std.size() || !finite) {
      throw new IllegalArgumentException(
          "normalization: expected 1 to %d means and as many deviations > 0, got %s and %s"
              .formatted(Channels.MOST, mean, std));
    }
  }

  /** The channels that it is for. */
  public Channels channels() {
    return new Channels(mean.size());
  }

  /** The mean of a channel, from 0. */
  public float mean(int channel) {
    return mean.get(channel);
  }

  /** The deviation of a channel, from 0. */
  public float std(int channel) {
    return std.get(channel);
  }

  /** The numbers in brackets. */
  @Override
  public String toString() {
    return "mean " + mean + ", std " + std;
  }
}
