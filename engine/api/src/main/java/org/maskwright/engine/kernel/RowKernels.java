package org.maskwright.engine.kernel;

import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Arithmetic on short rows of numbers inside {@code float[]}: what the fused kernels spend their
 * time in.
 *
 * <p>The compiler of the JVM vectorises long simple loops; rows of 32 numbers are too short for it,
 * and float sums it may not reorder. An implementation with explicit vector instructions (module
 * engine/simd) is taken where the JVM was started with {@code --add-modules jdk.incubator.vector},
 * and {@link ScalarRows} elsewhere. Sums of different implementations differ in rounding.
 *
 * <p><b>Threads</b> stateless.
 */
public interface RowKernels {
  /** The implementation of this JVM. */
  static RowKernels get() {
    return Chosen.CHOICE.kernels;
  }

  /** What it computes with, for reports, for example {@code "scalar"}. */
  String description();

  /**
   * sum[d] += w[0] v[at[0] + d] + w[1] v[at[1] + d] + ... of {@code count} rows, one after the
   * other, for d in [0, sum.length).
   *
   * @param count a multiple of 4
   */
  void addRows(float[] sum, float[] v, int[] at, float[] w, int count);

  /**
   * The backward pass of {@link #addRows}: for each of {@code count} rows, {@code dots[k]} = sum of
   * g[d] v[at[k] + d], and gv[at[k] + d] += w[k] g[d]. Rows may be the same.
   *
   * @param count a multiple of 4
   * @param dots [8 count] at least, overwritten: the first {@code count} hold the results
   */
  void addRowsBackward(
      float[] g, float[] v, float[] gv, int[] at, float[] w, int count, float[] dots);

  /**
   * What cross-entropy and dice need of logits: sigmoid[i] = s(x[i]) and softplus[i] = log(1 +
   * exp(x[i])) for i in [0, n). NaN and infinities pass through. Error below 3e-7 of 1 + |x|, the
   * same bits at every call.
   */
  void logistic(float[] x, float[] sigmoid, float[] softplus, int n);

  /** The sum of x[from] to x[from + n - 1]. */
  float sum(float[] x, int from, int n);

  /** The sum of x[i] y[i] for i in [0, n). */
  float dot(float[] x, float[] y, int n);

  /**
   * Why this JVM computes without vector instructions; empty where it has them. For reports: the
   * numbers are as right, only slower and rounded otherwise.
   */
  static Optional<String> withoutVectorsBecause() {
    return Chosen.CHOICE.reason;
  }

  /** Holder: chosen once, when first asked for. */
  final class Chosen {
    private static final Chosen CHOICE = choose();

    private final RowKernels kernels;
    private final Optional<String> reason;

    private Chosen(RowKernels kernels, Optional<String> reason) {
      this.kernels = kernels;
      this.reason = reason;
    }

    private static Chosen choose() {
      if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
        return scalar("the JVM was started without --add-modules jdk.incubator.vector");
      }
      try {
        return ServiceLoader.load(RowKernels.class, RowKernels.class.getClassLoader())
            .findFirst()
            .map(found -> new Chosen(found, Optional.empty()))
            .orElseGet(
                () ->
                    scalar(
                        "the JVM has jdk.incubator.vector, but maskwright-engine-simd is not on the"
                            + " class path"));
      } catch (ServiceConfigurationError | LinkageError e) {
        return scalar("maskwright-engine-simd does not load on this JVM: " + e);
      }
    }

    private static Chosen scalar(String reason) {
      return new Chosen(new ScalarRows(), Optional.of(reason));
    }
  }
}
