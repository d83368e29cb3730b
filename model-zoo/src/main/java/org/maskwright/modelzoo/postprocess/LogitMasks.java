package org.maskwright.modelzoo.postprocess;

/**
 * Mask logits of one image, at the stride of the model's input, as masks of the image's original
 * size: resized bilinearly to the padded input, cut to the content, resized again and compared with
 * a threshold, without ever making one of these sizes.
 *
 * <p><b>Memory, threads</b> a band of columns for each call; any number of threads
 */
public final class LogitMasks {
  private static final int BAND = 32;
  private final int maskHeight;
  private final int maskWidth;
  private final Resampler columns;

  /**
   * For masks of one size and one image.
   *
   * @param maskHeight h, rows of the logits
   * @param maskWidth w, their columns
   * @param frame the image's way into the model
   */
  public LogitMasks(int maskHeight, int maskWidth, ImageFrame frame) {
    this.maskHeight = maskHeight;
    this.maskWidth = maskWidth;
    this.columns = Resampler.toOriginalTransposed(maskHeight, maskWidth, frame);
  }

  /**
   * A mask with what makes a score of it.
   *
   * @param mask the pixels above the threshold
   * @param probabilities the sum of the logistic function of the logits over them
   */
  record Scored(RunLengthMask mask, double probabilities) {}

  /**
   * The pixels whose logit is above a threshold.
   *
   * @param logits row-major planes of h x w
   * @param from where the mask's plane begins among them
   * @param threshold a logit; 0 is a probability of a half
   */
  public RunLengthMask above(float[] logits, int from, float threshold) {
    return scored(logits, from, threshold, /* summed= */ false).mask();
  }

  /** The pixels whose logit is above a threshold, and their probabilities. */
  Scored scored(float[] logits, int from, float threshold) {
    return scored(logits, from, threshold, /* summed= */ true);
  }

  private Scored scored(float[] logits, int from, float threshold, boolean summed) {
    float[] plane = transposed(logits, from);
    boolean[] reached = rowsAbove(plane, threshold);
    int height = columns.width();
    RunLengthMask.Builder runs = new RunLengthMask.Builder(height, /* width= */ columns.height());
    double sum = 0;
    float[] band = new float[BAND * height];
    float[] scratch = new float[columns.scratchSize(BAND)];
    for (int x0 = 0; x0 < columns.height(); x0 += BAND) {
      int x1 = Math.min(columns.height(), x0 + BAND);
      if (any(reached, columns.firstSource(x0), columns.endSource(x1 - 1))) {
        columns.band(plane, 0, x0, x1, band, 0, scratch);
        sum = addColumns(band, x0, x1, threshold, runs, sum, summed);
      } else {
        runs.addEmptyColumns(x1 - x0); // interpolation of values below it is below it
      }
    }
    return new Scored(runs.mask(), sum);
  }

  /** Adds columns to the runs; gives the sum of probabilities so far, if they are summed. */
  private double addColumns(
      float[] band,
      int x0,
      int x1,
      float threshold,
      RunLengthMask.Builder runs,
      double before,
      boolean summed) {
    double sum = before;
    int height = columns.width();
    for (int x = x0, at = 0; x < x1; x++) {
      for (int y = 0; y < height; y++, at++) {
        boolean on = band[at] > threshold;
        runs.add(x, y, on);
        if (on && summed) {
          sum += Logistic.of(band[at]);
        }
      }
    }
    return sum;
  }

  private float[] transposed(float[] logits, int from) {
    float[] out = new float[maskHeight * maskWidth];
    for (int y = 0; y < maskHeight; y++) {
      for (int x = 0; x < maskWidth; x++) {
        out[x * maskHeight + y] = logits[from + y * maskWidth + x];
      }
    }
    return out;
  }

  /** Of a transposed plane. */
  private boolean[] rowsAbove(float[] plane, float threshold) {
    boolean[] out = new boolean[maskWidth];
    for (int i = 0; i < plane.length; i++) {
      if (plane[i] > threshold) {
        out[i / maskHeight] = true;
      }
    }
    return out;
  }

  private static boolean any(boolean[] flags, int from, int to) {
    for (int i = from; i < to; i++) {
      if (flags[i]) {
        return true;
      }
    }
    return false;
  }
}
