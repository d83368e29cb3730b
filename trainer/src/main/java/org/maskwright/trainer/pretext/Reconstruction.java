package org.maskwright.trainer.pretext;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.pretext.PatchMask;

/** A square of a picture with some of its patches hidden, and what a model paints there. */
public final class Reconstruction {
  private static final int GAP = 2;
  private static final int GREY = 0x80;
  private static final int WHITE = 0xFF;
  private static final int COLOURS = 3;
  private static final int LEAST = 1024;
  private final SquareView view;
  private final double loss;
  private final float[] picture; // [C,S,S], normalised
  private final float[] painted;
  private final PatchMask mask;

  Reconstruction(SquareView view, double loss, float[] picture, float[] painted, PatchMask mask) {
    this.view = view;
    this.loss = loss;
    this.picture = picture;
    this.painted = painted;
    this.mask = mask;
  }

  /** Of the hidden patches. */
  public double loss() {
    return loss;
  }

  /**
   * The square, what of it was seen, and what is painted, side by side.
   *
   * @param photograph of any size, which has the colours
   */
  Picture picture(Picture photograph) {
    int side = view.side();
    int width = COLOURS * side + 2 * GAP;
    byte[] rgb = new byte[COLOURS * width * side];
    Arrays.fill(rgb, (byte) WHITE);
    Colours colours = Colours.of(picture, side, photograph);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        boolean hidden = mask.isHidden(0, y / view.patch() * view.rows() + x / view.patch());
        for (int c = 0; c < COLOURS; c++) {
          int at = y * width + x;
          int own = colours.of(picture, c, y * side + x);
          rgb[COLOURS * at + c] = (byte) own;
          rgb[COLOURS * (at + side + GAP) + c] = (byte) (hidden ? GREY : own);
          rgb[COLOURS * (at + 2 * (side + GAP)) + c] = (byte) colours.of(painted, c, y * side + x);
        }
      }
    }
    Picture strip = Picture.ofRgb(rgb, width, side);
    return width < LEAST ? strip.resized(LEAST) : strip;
  }

  /**
   * From normalised values back to colours: a factor and a shift for each channel, found by the
   * mean and the deviation that the photograph's colours have there.
   */
  private static final class Colours {
    private final double[] factors = new double[COLOURS];
    private final double[] shifts = new double[COLOURS];
    private final int plane;
    private final int channels;

    private Colours(int plane, int channels) {
      this.plane = plane;
      this.channels = channels;
    }

    static Colours of(float[] picture, int side, Picture photograph) {
      int plane = side * side;
      int channels = picture.length / plane;
      Colours out = new Colours(plane, channels);
      int square = Math.min(photograph.width(), photograph.height());
      int left = (photograph.width() - square) / 2;
      int top = (photograph.height() - square) / 2;
      for (int c = 0; c < COLOURS; c++) {
        int shift = 8 * (2 - c);
        double[] shown =
            IntStream.range(0, square * square)
                .mapToDouble(
                    i -> photograph.at(left + i % square, top + i / square) >> shift & WHITE)
                .toArray();
        int from = Math.min(c, channels - 1) * plane;
        double[] seen = IntStream.range(from, from + plane).mapToDouble(i -> picture[i]).toArray();
        double spread = deviation(seen);
        out.factors[c] = spread == 0 ? 0 : deviation(shown) / spread;
        out.shifts[c] = mean(shown) - out.factors[c] * mean(seen);
      }
      return out;
    }

    int of(float[] values, int channel, int at) {
      double value = values[Math.min(channel, channels - 1) * plane + at];
      long colour = Math.round(factors[channel] * value + shifts[channel]);
      return (int) Math.max(0, Math.min(WHITE, colour));
    }

    private static double mean(double[] values) {
      return Arrays.stream(values).average().orElse(0);
    }

    private static double deviation(double[] values) {
      double mean = mean(values);
      return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(0));
    }
  }
}
