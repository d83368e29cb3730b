package org.maskwright.modelzoo.vit;

import java.util.Arrays;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Where the tokens of an image stand: some that have no place, such as queries, the class token and
 * registers, then the patches, row by row.
 *
 * @param placeless number of tokens before the patches
 * @param height rows of patches
 * @param width columns of patches
 * @param rotation by what queries and keys are turned; empty where positions are not rotary
 */
public record TokenGrid(int placeless, int height, int width, Optional<Rotation> rotation) {
  /** Of DINOv3. */
  private static final double PERIOD_BASE = 100;

  /** The patches [B,h*w,C] as a map [B,C,h,w]. */
  Tensor map(Tensor patches) {
    return patches.transpose(1, 2).reshape(patches.size(0), patches.size(2), height, width);
  }

  /** The same with the rotation given by these tensors. */
  TokenGrid turnedBy(Tensor cos, Tensor sin) {
    return new TokenGrid(placeless, height, width, Optional.of(new Rotation(cos, sin)));
  }

  /**
   * Rotary positions: a pair of channels is turned by an angle that grows with the row or the
   * column.
   *
   * <p><b>Source</b> DINOv3 (arXiv 2508.10104), section 3.2: coordinates in [-1,1] along each axis,
   * frequencies 100^(-4k/D); channel c is paired with c + D/2
   *
   * @param cos [L,D]; 1 for tokens without a place
   * @param sin [L,D]; 0 for tokens without a place
   */
  public record Rotation(Tensor cos, Tensor sin) {
    static Rotation of(Engine engine, int placeless, int height, int width, int channels) {
      int tokens = placeless + height * width;
      int frequencies = channels / 4;
      float[] cos = new float[tokens * channels];
      float[] sin = new float[tokens * channels];
      Arrays.fill(cos, 0, placeless * channels, 1);
      for (int t = 0; t < height * width; t++) {
        int row = t / width;
        int column = t % width;
        double y = 2 * (row + 0.5) / height - 1;
        double x = 2 * (column + 0.5) / width - 1;
        int at = (placeless + t) * channels;
        for (int c = 0; c < channels; c++) {
          int k = c % frequencies;
          double coordinate = c / frequencies % 2 == 0 ? y : x;
          double angle = 2 * Math.PI * coordinate / Math.pow(PERIOD_BASE, 4.0 * k / channels);
          cos[at + c] = (float) Math.cos(angle);
          sin[at + c] = (float) Math.sin(angle);
        }
      }
      return new Rotation(
          engine.floats(cos, tokens, channels), engine.floats(sin, tokens, channels));
    }

    /** x [B,M,L,D] to the same shape. */
    Tensor turn(Tensor x) {
      long half = x.size(3) / 2;
      Tensor crossed = Tensor.concat(3, x.slice(3, half, 2 * half).neg(), x.slice(3, 0, half));
      return x.mul(cos).add(crossed.mul(sin));
    }
  }
}
