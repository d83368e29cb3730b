package org.maskwright.engine.check;

import java.util.Arrays;
import java.util.Optional;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.kernel.ScalarRows;
import org.maskwright.engine.tensor.RandomStream;

/**
 * What the kernels in Java compute rows of numbers with on this JVM: vector instructions, or scalar
 * loops. The numbers of both are as right, those of scalar loops slower and rounded otherwise.
 */
public final class Vectors {
  private static final int[] WIDTHS = {1, 7, 8, 31, 32, 33};

  /** As many as three locations touch. */
  private static final int ROWS = 12;

  private Vectors() {}

  /** What they compute with, for reports, for example {@code "scalar"}. */
  public static String description() {
    return RowKernels.get().description();
  }

  /** Why this JVM computes without vector instructions; empty where it has them. */
  public static Optional<String> missingBecause() {
    return RowKernels.withoutVectorsBecause();
  }

  /** Takes results of one computation. */
  public interface Comparison {
    /** The same numbers by scalar loops and by what this JVM computes with. */
    void compare(String what, float[] scalar, float[] chosen);
  }

  /** Computes rows of several widths in both ways. */
  public static void check(Comparison comparison) {
    for (int width : WIDTHS) {
      float[][] scalar = rows(new ScalarRows(), width);
      float[][] chosen = rows(RowKernels.get(), width);
      for (int i = 0; i < scalar.length; i++) {
        comparison.compare("row of " + width, scalar[i], chosen[i]);
      }
    }
  }

  private static float[][] rows(RowKernels kernels, int width) {
    RandomStream random = RandomStream.of(width, "rows");
    float[] v = random.uniform(5 * width, -1, 1);
    float[] g = random.uniform(width, -1, 1);
    float[] sum = random.uniform(width, -1, 1);
    float[] gv = random.uniform(5 * width, -1, 1);
    float[] lanes = new float[8 * ROWS];
    float[] sigmoid = new float[width];
    float[] softplus = new float[width];
    int[] at = new int[ROWS];
    Arrays.setAll(at, k -> random.nextInt(5) * width);
    float[] w = random.uniform(ROWS, -1, 1);
    kernels.addRows(sum, v, at, w, ROWS);
    kernels.addRowsBackward(g, v, gv, at, w, ROWS, lanes);
    float[] dots = Arrays.copyOf(lanes, ROWS);
    kernels.logistic(random.uniform(width, -20, 20), sigmoid, softplus, width);
    float[] sums = {kernels.sum(v, width, width), kernels.dot(g, v, width)};
    return new float[][] {sum, gv, dots, sigmoid, softplus, sums};
  }
}
