package org.maskwright.modelzoo.pixeldecoder;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** Sizes of the levels of a token sequence and what deformable attention derives from them. */
final class LevelGeometry {
  private final Engine engine;
  private final int[] heights;
  private final int[] widths;
  private final int tokens;
  private Tensor references;

  /** Levels of the given sizes, concatenated in this order. */
  LevelGeometry(Engine engine, int[] heights, int[] widths) {
    this.engine = engine;
    this.heights = heights.clone();
    this.widths = widths.clone();
    int n = 0;
    for (int l = 0; l < heights.length; l++) {
      n = Math.addExact(n, Math.multiplyExact(heights[l], widths[l]));
    }
    tokens = n;
  }

  int levels() {
    return heights.length;
  }

  int[] heights() {
    return heights.clone();
  }

  int[] widths() {
    return widths.clone();
  }

  /**
   * Centre (x,y) of each token's own cell as a fraction of its level, repeated for every sample:
   * [S,samples*2]. Made once for all layers, in the scope of the first that asks.
   */
  Tensor references(int samples) {
    if (references == null || references.size(1) != 2L * samples) {
      references = engine.floats(centres(samples), tokens, 2L * samples);
    }
    return references;
  }

  private float[] centres(int samples) {
    float[] out = new float[Math.multiplyExact(tokens, 2 * samples)];
    int at = 0;
    for (int l = 0; l < heights.length; l++) {
      for (int y = 0; y < heights[l]; y++) {
        float cy = (y + 0.5f) / heights[l];
        for (int x = 0; x < widths[l]; x++) {
          float cx = (x + 0.5f) / widths[l];
          for (int s = 0; s < samples; s++) {
            out[at++] = cx;
            out[at++] = cy;
          }
        }
      }
    }
    return out;
  }

  /** (1 / width, 1 / height) of the level of each sample: [heads*levels*points*2]. */
  Tensor offsetScale(int heads, int points) {
    float[] out = new float[heads * heights.length * points * 2];
    int at = 0;
    for (int h = 0; h < heads; h++) {
      for (int l = 0; l < heights.length; l++) {
        for (int p = 0; p < points; p++) {
          out[at++] = 1f / widths[l];
          out[at++] = 1f / heights[l];
        }
      }
    }
    return engine.floats(out, out.length);
  }
}
