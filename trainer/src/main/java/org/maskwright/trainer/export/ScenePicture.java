package org.maskwright.trainer.export;

import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.RgbImage;

/** A picture of colours as one of other channels, for trying out a model of such. */
final class ScenePicture {
  private static final int BYTE = 0xFF;

  private ScenePicture() {}

  /** The colours themselves, or repeated until there are as many channels. */
  static Photograph of(RgbImage image, Channels channels) {
    if (channels.count() == Channels.RGB.count()) {
      return image;
    }
    int plane = image.width() * image.height();
    float[] values = new float[Math.multiplyExact(channels.count(), plane)];
    for (int c = 0; c < channels.count(); c++) {
      for (int i = 0; i < plane; i++) {
        values[c * plane + i] = image.data()[3 * i + c % 3] & BYTE;
      }
    }
    return new ChannelImage(image.width(), image.height(), channels.count(), values);
  }
}
