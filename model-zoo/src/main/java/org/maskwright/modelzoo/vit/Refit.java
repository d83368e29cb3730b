package org.maskwright.modelzoo.vit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Weights of a plain transformer for one of other patches or with another table of positions.
 *
 * <p><b>Maths</b> positions are resized as for images of another size; of a table with a position
 * for the class token, that is added to the token where the other has none. Kernels of patches: R
 * resizes a row of pixels of the old patch to those of the new one, P is the pseudo-inverse of R
 * transposed, and a kernel w becomes P w P^T, so that a patch that was resized gives what it gave.
 *
 * <p><b>Source</b> FlexiViT (arXiv 2212.08013), section 3.4, with antialiasing as in timm, from
 * where the rest is too
 */
final class Refit {
  private static final String PATCHES = "backbone.patch_embed.proj.weight";
  private static final String POSITIONS = "backbone.pos_embed";
  private static final String CLASS = "backbone.cls_token";
  private static final int KERNEL_RANK = 4;
  private static final int TABLE_RANK = 3;

  private Refit() {}

  /**
   * The tensors that must differ.
   *
   * @param to what they are for
   * @param state under Maskwright's names
   * @return under their names; none where nothing is to be done or it cannot be done
   */
  static Map<String, HostTensor> of(VitPart.Settings to, StateDict state) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    HostTensor kernels = state.find(PATCHES).orElse(null);
    if (kernels != null && kernels.rank() == KERNEL_RANK && kernels.size(2) != to.patch()) {
      out.put(PATCHES, kernels(kernels, to.patch()));
    }
    HostTensor table = state.find(POSITIONS).orElse(null);
    if (table != null && table.rank() == TABLE_RANK && to.grid() > 0) {
      positions(to, table, state, out);
    }
    return out;
  }

  private static void positions(
      VitPart.Settings to, HostTensor table, StateDict state, Map<String, HostTensor> out) {
    int tokens = Math.toIntExact(table.size(1));
    int channels = Math.toIntExact(table.size(2));
    int side = (int) Math.sqrt(tokens);
    int ofClass = tokens - side * side; // 1 where the class token has a position
    boolean wanted = to.family().table() == VitFamily.Table.OF_CLASS_AND_PATCHES;
    if (ofClass > 1 || ofClass == 0 && wanted || wanted && side == to.grid()) {
      return;
    }
    float[] values = table.toFloatArray();
    if (ofClass == 1 && !wanted) {
      HostTensor token = state.get(CLASS);
      float[] sum = token.toFloatArray();
      for (int c = 0; c < channels; c++) {
        sum[c] += values[c];
      }
      out.put(CLASS, HostTensor.ofFloats(sum, token.shape()));
    } else if (side == to.grid()) {
      return;
    }
    int kept = wanted ? 1 : 0;
    int grid = to.grid();
    float[] fitted = new float[(grid * grid + kept) * channels];
    System.arraycopy(values, 0, fitted, 0, kept * channels);
    float[] rows = to.family().resampling(to.registers()).matrix(side, grid);
    for (int t = 0; t < grid * grid; t++) {
      int row = t / grid;
      int column = t % grid;
      for (int s = 0; s < side * side; s++) {
        double share = (double) rows[row * side + s / side] * rows[column * side + s % side];
        for (int c = 0; share != 0 && c < channels; c++) {
          fitted[(t + kept) * channels + c] +=
              (float) (share * values[(s + ofClass) * channels + c]);
        }
      }
    }
    out.put(POSITIONS, HostTensor.ofFloats(fitted, 1, (long) grid * grid + kept, channels));
  }

  /** Kernels [C,I,p,p] to [C,I,q,q]. */
  private static HostTensor kernels(HostTensor kernels, int side) {
    int old = Math.toIntExact(kernels.size(2));
    double[][] matrix = pseudoInverse(old, side);
    float[] from = kernels.toFloatArray();
    int count = from.length / (old * old);
    float[] to = new float[Math.multiplyExact(count, side * side)];
    for (int k = 0; k < count; k++) {
      double[][] byRow = new double[side][old];
      for (int i = 0; i < side; i++) {
        for (int j = 0; j < old * old; j++) {
          byRow[i][j % old] += matrix[i][j / old] * from[k * old * old + j];
        }
      }
      for (int i = 0; i < side * side; i++) {
        double sum = 0;
        for (int j = 0; j < old; j++) {
          sum += byRow[i / side][j] * matrix[i % side][j];
        }
        to[k * side * side + i] = (float) sum;
      }
    }
    return HostTensor.ofFloats(to, kernels.size(0), kernels.size(1), side, side);
  }

  /** (R^T)^+ = R (R^T R)^-1 where patches grow, and (R R^T)^-1 R where they shrink: [to,from]. */
  private static double[][] pseudoInverse(int from, int to) {
    double[][] r = Resampling.ANTIALIASED.rows(from, to);
    return to >= from
        ? product(r, inverse(product(transposed(r), r)))
        : product(inverse(product(r, transposed(r))), r);
  }

  private static double[][] transposed(double[][] a) {
    double[][] out = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        out[j][i] = a[i][j];
      }
    }
    return out;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] out = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b[0].length; j++) {
          out[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return out;
  }

  /** Of a positive definite matrix, by elimination without exchanging rows. */
  private static double[][] inverse(double[][] a) {
    int n = a.length;
    double[][] left = new double[n][];
    double[][] right = new double[n][n];
    for (int i = 0; i < n; i++) {
      left[i] = a[i].clone();
      right[i][i] = 1;
    }
    for (int p = 0; p < n; p++) {
      scale(left[p], right[p], 1 / left[p][p]);
      for (int i = 0; i < n; i++) {
        double factor = i == p ? 0 : left[i][p];
        for (int j = 0; j < n; j++) {
          left[i][j] -= factor * left[p][j];
          right[i][j] -= factor * right[p][j];
        }
      }
    }
    return right;
  }

  private static void scale(double[] left, double[] right, double factor) {
    for (int j = 0; j < left.length; j++) {
      left[j] *= factor;
      right[j] *= factor;
    }
  }
}
