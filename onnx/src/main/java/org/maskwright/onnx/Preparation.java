package org.maskwright.onnx;

import java.awt.image.BufferedImage;
import java.util.Optional;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.BilinearResize;
import org.maskwright.datasets.transform.ResizeShortestEdge;
import org.maskwright.datasets.transform.ResizeToFit;
import org.maskwright.modelzoo.onnx.OnnxDescription;
import org.maskwright.modelzoo.postprocess.ImageFrame;

/**
 * Pictures of colours as the input of a file: resized as the model was evaluated, or into the only
 * size that the file takes, then normalised and padded.
 *
 * <p><b>Threads</b> any.
 */
public final class Preparation {
  private static final int COLOURS = 3;
  private static final int BYTE = 0xFF;
  private static final int RED_BITS = 16;
  private static final int GREEN_BITS = 8;

  private final OnnxDescription description;
  private final Optional<InputSize> onlySize;

  /**
   * For a file.
   *
   * @param description what it says of its model
   * @param onlySize the only size that it takes; empty: all multiples of its divisibility
   * @throws IllegalArgumentException if its model takes other pictures than colours
   */
  public Preparation(OnnxDescription description, Optional<InputSize> onlySize) {
    int channels = description.mean().size();
    if (channels != COLOURS) {
      throw new IllegalArgumentException(
          "channels: expected a model of %d, as pictures of colours have, got one of %d; give OnnxNetwork its pixels"
              .formatted(COLOURS, channels));
    }
    this.description = description;
    this.onlySize = onlySize;
  }

  /**
   * A picture as the input.
   *
   * @param pixels [3,height,width], normalised, the content at the top left of zeros
   * @param height rows, as the file takes them
   * @param width columns
   * @param frame the sizes on the way; post-processing wants it
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, by whoever asked
  public record Prepared(float[] pixels, int height, int width, ImageFrame frame) {}

  /** The colours of a picture of Java's; transparency is left out. */
  public static RgbImage colours(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    int[] argb = picture.getRGB(0, 0, width, height, null, 0, width);
    byte[] rgb = new byte[Math.multiplyExact(COLOURS, argb.length)];
    for (int i = 0; i < argb.length; i++) {
      rgb[COLOURS * i] = (byte) (argb[i] >> RED_BITS);
      rgb[COLOURS * i + 1] = (byte) (argb[i] >> GREEN_BITS);
      rgb[COLOURS * i + 2] = (byte) argb[i];
    }
    return new RgbImage(width, height, rgb);
  }

  /** A picture as the input. */
  public Prepared prepare(RgbImage picture) {
    Size size = new Size(picture.width(), picture.height());
    Size content =
        onlySize
            .map(only -> ResizeToFit.sizeFor(size, only.height(), only.width()))
            .orElseGet(
                () ->
                    ResizeShortestEdge.sizeFor(
                        size, description.shortEdge(), description.maxSize()));
    RgbImage resized = BilinearResize.resize(picture, content.width(), content.height());
    int height =
        onlySize.map(InputSize::height).orElseGet(() -> description.paddedSize(content.height()));
    int width =
        onlySize.map(InputSize::width).orElseGet(() -> description.paddedSize(content.width()));
    // The graph pads once more, to the model's own multiples.
    ImageFrame frame =
        new ImageFrame(
            description.paddedSize(height),
            description.paddedSize(width),
            content.height(),
            content.width(),
            size.height(),
            size.width());
    return new Prepared(normalised(resized, height, width), height, width, frame);
  }

  private float[] normalised(RgbImage image, int height, int width) {
    byte[] data = image.data();
    float[] out = new float[Math.multiplyExact(COLOURS * height, width)];
    for (int c = 0; c < COLOURS; c++) {
      float mean = description.mean().get(c).floatValue();
      float std = description.std().get(c).floatValue();
      for (int y = 0; y < image.height(); y++) {
        int from = COLOURS * y * image.width() + c;
        int to = (c * height + y) * width;
        for (int x = 0; x < image.width(); x++) {
          out[to + x] = ((data[from + COLOURS * x] & BYTE) - mean) / std;
        }
      }
    }
    return out;
  }
}
