package org.maskwright.trainer.pictureclass;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pretext.PictureClassifier;

/**
 * Pictures in each of the four quarter turns: row 4 b + t is the square in the middle of picture b,
 * turned t times counterclockwise.
 */
public final class Turns {
  private final float[] pixels;
  private final int pictures;
  private final int channels;
  private final int side;

  private Turns(float[] pixels, int pictures, int channels, int side) {
    this.pixels = pixels;
    this.pictures = pictures;
    this.channels = channels;
    this.side = side;
  }

  /**
   * Turns pictures.
   *
   * @param pixels [B,C,H,W]
   * @param pictures B
   * @param channels C
   */
  public static Turns of(float[] pixels, int pictures, int channels, int height, int width) {
    int side = Math.min(height, width);
    int top = (height - side) / 2;
    int left = (width - side) / 2;
    int area = side * side;
    float[] out =
        new float
            [Math.multiplyExact(
                PictureClassifier.TURNS, Math.multiplyExact(pictures * channels, area))];
    for (int b = 0; b < pictures; b++) {
      for (int c = 0; c < channels; c++) {
        int from = (b * channels + c) * height * width + top * width + left;
        for (int t = 0; t < PictureClassifier.TURNS; t++) {
          int to = ((b * PictureClassifier.TURNS + t) * channels + c) * area;
          for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
              out[to + y * side + x] = pixels[from + source(t, x, y, side, width)];
            }
          }
        }
      }
    }
    return new Turns(out, pictures, channels, side);
  }

  /** Where the value at (x,y) of a turned square comes from. */
  static int source(int turns, int x, int y, int side, int width) {
    int last = side - 1;
    return switch (turns) {
      case 0 -> y * width + x;
      case 1 -> x * width + last - y;
      case 2 -> (last - y) * width + last - x;
      default -> (last - x) * width + y;
    };
  }

  /** How often each row is turned. */
  public int[] turns() {
    int[] out = new int[PictureClassifier.TURNS * pictures];
    for (int i = 0; i < out.length; i++) {
      out[i] = i % PictureClassifier.TURNS;
    }
    return out;
  }

  /** The turned pictures [4B,C,P,P], padded right and below with 0 to a side P. */
  public Tensor padded(Engine engine, int to) {
    long[] after = {0, 0, to - (long) side, to - (long) side};
    return engine
        .floats(pixels, (long) PictureClassifier.TURNS * pictures, channels, side, side)
        .pad(new long[4], after, 0);
  }

  /** What a model says of them, [4B,4]. */
  Tensor logits(SegmentationModel model) {
    return ((PictureClassifier) model.decoder())
        .logits(padded(model.engine(), model.paddedSize(side)));
  }
}
