package org.maskwright.datasets;

/**
 * How 8-bit RGB becomes the network's input: {@code (value - mean) / std}, all in units of 0..255.
 *
 * @param meanRed mean of red, 0..255
 * @param meanGreen mean of green, 0..255
 * @param meanBlue mean of blue, 0..255
 * @param stdRed deviation of red, in units of 0..255
 * @param stdGreen deviation of green, in units of 0..255
 * @param stdBlue deviation of blue, in units of 0..255
 */
public record Normalization(
    float meanRed, float meanGreen, float meanBlue, float stdRed, float stdGreen, float stdBlue) {
  /** The ImageNet statistics that torchvision, detectron2's RGB models and Mask2Former use. */
  public static final Normalization IMAGENET =
      new Normalization(123.675f, 116.280f, 103.530f, 58.395f, 57.120f, 57.375f);

  public Normalization {
    if (!(stdRed > 0 && stdGreen > 0 && stdBlue > 0)) {
      throw new IllegalArgumentException(
          "normalization: expected deviations > 0, got %s, %s, %s"
              .formatted(stdRed, stdGreen, stdBlue));
    }
  }

  /** The mean of channel 0 (red), 1 or 2. */
  public float mean(int channel) {
    return channel == 0 ? meanRed : channel == 1 ? meanGreen : meanBlue;
  }

  /** The deviation of channel 0 (red), 1 or 2. */
  public float std(int channel) {
    return channel == 0 ? stdRed : channel == 1 ? stdGreen : stdBlue;
  }
}
