package org.maskwright.modelzoo.postprocess;

import java.util.Arrays;

/**
 * A resize of one axis as a sparse matrix: output i is the weighted sum of {@code count} inputs
 * from {@code start[i]}. Resizes that follow each other compose to one such matrix, so that no
 * image of the sizes between is ever made.
 */
final class LinearTaps {
  private final int count;
  private final int[] start;
  private final float[] weights;

  private LinearTaps(int count, int[] start, float[] weights) {
    this.count = count;
    this.start = start;
    this.weights = weights;
  }

  /** Bilinear interpolation of {@code in} to {@code out} values, pixel centres at +0.5. */
  static LinearTaps bilinear(int in, int out) {
    double[][] rows = new double[out][];
    int[] start = new int[out];
    float scale = (float) in / out;
    for (int i = 0; i < out; i++) {
      // In float and in this order, as the reference computes it.
      float at = Math.max(0, scale * (i + 0.5f) - 0.5f);
      int first = Math.min((int) at, in - 1);
      float fraction = first + 1 < in ? at - first : 0;
      start[i] = first;
      rows[i] = fraction == 0 ? new double[] {1} : new double[] {1 - fraction, fraction};
    }
    return pack(rows, start, in);
  }

  /** This one, of whose result the beginning is then resized by {@code second}. */
  LinearTaps then(LinearTaps second, int in) {
    double[][] rows = new double[second.size()][];
    int[] first = new int[second.size()];
    for (int i = 0; i < rows.length; i++) {
      int from = start[second.start[i]];
      int to = from + 1;
      for (int t = 0; t < second.count; t++) {
        if (second.weight(i, t) != 0) {
          int at = second.start[i] + t;
          from = Math.min(from, start[at]);
          to = Math.max(to, Math.min(in, start[at] + count));
        }
      }
      double[] row = new double[to - from];
      for (int t = 0; t < second.count; t++) {
        double w = second.weight(i, t);
        for (int u = 0; w != 0 && u < count; u++) {
          int at = second.start[i] + t;
          if (weight(at, u) != 0) {
            row[start[at] + u - from] += w * weight(at, u);
          }
        }
      }
      rows[i] = row;
      first[i] = from;
    }
    return pack(rows, first, in);
  }

  /** Rows of equal length that stay inside the input. */
  private static LinearTaps pack(double[][] rows, int[] start, int in) {
    int count = Arrays.stream(rows).mapToInt(r -> r.length).max().orElse(1);
    float[] weights = new float[rows.length * count];
    for (int i = 0; i < rows.length; i++) {
      int shift = Math.max(0, start[i] + count - in);
      start[i] -= shift;
      for (int t = 0; t < rows[i].length; t++) {
        weights[i * count + t + shift] = (float) rows[i][t];
      }
    }
    return new LinearTaps(count, start, weights);
  }

  /** Number of outputs. */
  int size() {
    return start.length;
  }

  /** Inputs per output. */
  int count() {
    return count;
  }

  /** First input of an output. */
  int start(int i) {
    return start[i];
  }

  /** Weight of the t-th input of an output. */
  float weight(int i, int t) {
    return weights[i * count + t];
  }

  /** Applies to a row: {@code out[at..]} from {@code in[from..]}. */
  void apply(float[] in, int from, float[] out, int at) {
    if (count == 1) {
      for (int i = 0; i < start.length; i++) {
        out[at + i] = in[from + start[i]] * weights[i];
      }
    } else if (count == 2) {
      for (int i = 0; i < start.length; i++) {
        int s = from + start[i];
        out[at + i] = in[s] * weights[2 * i] + in[s + 1] * weights[2 * i + 1];
      }
    } else {
      for (int i = 0; i < start.length; i++) {
        float sum = 0;
        for (int t = 0; t < count; t++) {
          sum += in[from + start[i] + t] * weights[i * count + t];
        }
        out[at + i] = sum;
      }
    }
  }
}
