package org.maskwright.modelzoo.vit;

/**
 * Fixed positions of a grid of patches, as masked autoencoders have them.
 *
 * <p><b>Maths</b> of C channels the first quarter is sin(x / 10000^(4k/C)), k = 0..C/4-1, of the
 * column x, the second its cosine, the third and fourth those of the row
 *
 * <p><b>Source</b> MAE (arXiv 2111.06377), official code
 */
public final class SineTable {
  private static final double BASE = 10_000;

  private SineTable() {}

  /**
   * Positions, row by row.
   *
   * @param channels C, a multiple of 4
   * @param placeless tokens before the patches, of position 0
   * @return [placeless+height*width,C], flat
   */
  public static float[] of(int height, int width, int channels, int placeless) {
    int quarter = channels / 4;
    float[] out = new float[(placeless + height * width) * channels];
    for (int t = 0; t < height * width; t++) {
      int at = (placeless + t) * channels;
      for (int k = 0; k < quarter; k++) {
        double rate = Math.pow(BASE, -(double) k / quarter);
        double column = t % width * rate;
        double row = t / width * rate;
        out[at + k] = (float) Math.sin(column);
        out[at + quarter + k] = (float) Math.cos(column);
        out[at + 2 * quarter + k] = (float) Math.sin(row);
        out[at + 3 * quarter + k] = (float) Math.cos(row);
      }
    }
    return out;
  }
}
