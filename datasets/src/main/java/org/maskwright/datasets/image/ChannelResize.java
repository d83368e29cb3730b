package org.maskwright.datasets.image;

import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/**
 * Bilinear resize of pictures of any channels. Differs from {@link BilinearResize} in that values
 * are float32 and nothing is rounded: rows first, then columns.
 *
 * <p><b>Source</b> Pillow's resize of mode F with the filter BILINEAR.
 *
 * <p><b>Threads</b> Immutable.
 */
public final class ChannelResize {
  private final ChannelImage image;
  private final Window part;
  private final Size to;

  /**
   * Resizes a part of an image; pixels outside the part have no influence.
   *
   * @throws IllegalArgumentException if the part reaches beyond the image
   */
  public ChannelResize(ChannelImage image, Window part, Size to) {
    if (part.right() > image.width() || part.bottom() > image.height()) {
      throw new IllegalArgumentException(
          "resize: expected a part of %d x %d, got %s"
              .formatted(image.width(), image.height(), part));
    }
    this.image = image;
    this.part = part;
    this.to = to;
  }

  /** The part of the resized image that a window shows. */
  public ChannelImage window(Window shown) {
    FilterWeights across =
        new FilterWeights(ResizeFilter.BILINEAR, part.width(), to.width(), shown.x(), shown.width());
    FilterWeights down =
        new FilterWeights(ResizeFilter.BILINEAR, part.height(), to.height(), shown.y(), shown.height());
    int plane = Math.multiplyExact(shown.width(), shown.height());
    float[] values = new float[Math.multiplyExact(image.channels(), plane)];
    float[][] acrossWeights = floats(across);
    float[][] downWeights = floats(down);
    for (int c = 0; c < image.channels(); c++) {
      float[][] ring = new float[down.taps][shown.width()];
      int done = down.first[0];
      for (int y = 0; y < shown.height(); y++) {
        int end = down.first[y] + down.count[y];
        for (done = Math.max(done, down.first[y]); done < end; done++) {
          row(c, done, across, acrossWeights, ring[done % down.taps]);
        }
        int at = c * plane + y * shown.width();
        for (int t = 0; t < down.count[y]; t++) {
          add(ring[(down.first[y] + t) % down.taps], downWeights[y][t], values, at);
        }
      }
    }
    return new ChannelImage(shown.width(), shown.height(), image.channels(), values);
  }

  private static float[][] floats(FilterWeights weights) {
    float[][] out = new float[weights.first.length][];
    double[] exact = new double[weights.taps];
    for (int i = 0; i < out.length; i++) {
      weights.of(i, exact);
      out[i] = new float[weights.count[i]];
      for (int t = 0; t < out[i].length; t++) {
        out[i][t] = (float) exact[t];
      }
    }
    return out;
  }

  private void row(int channel, int y, FilterWeights across, float[][] weights, float[] out) {
    float[] values = image.values();
    int row = (channel * image.height() + part.y() + y) * image.width() + part.x();
    for (int x = 0; x < out.length; x++) {
      int at = row + across.first[x];
      float sum = 0;
      for (int t = 0; t < weights[x].length; t++) {
        sum += weights[x][t] * values[at + t];
      }
      out[x] = sum;
    }
  }

  private static void add(float[] row, float weight, float[] values, int at) {
    for (int x = 0; x < row.length; x++) {
      values[at + x] += weight * row[x];
    }
  }
}
