package org.maskwright.engine.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.maskwright.engine.check.ConvolutionCase.Order;
import org.maskwright.engine.check.ConvolutionResult.Part;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/**
 * Convolutions of many shapes on an engine, forward and the gradients of image, weights and bias,
 * against float64 loops in Java.
 *
 * <p>Libraries pick another kernel for each processor and shape, and some of these kernels are
 * wrong, or write outside their memory and end the process: {@link #run} says each case before it
 * is computed, so that a process that ends can be asked which one it was.
 *
 * <p><b>Cost</b> up to {@value #SAMPLES} elements of each part are compared, the first and the last
 * among them. The short form takes some seconds, the full one up to a minute.
 *
 * <p><b>Threads</b> as the engine's.
 */
public final class ConvolutionSweep {
  /**
   * Allowed distance relative to the sum of the magnitudes of an element's terms: float32 rounds by
   * 6e-8 of it, long sums and transformed kernels by some times that.
   */
  public static final double TOLERANCE = 2e-6;

  private static final int SAMPLES = 256;

  /** Multiplications above which a shape is left out. */
  private static final long MAX_PRODUCTS = 30_000_000;

  private static final int[][] CHANNELS = {
    {1, 1},
    {1, 16},
    {2, 3},
    {3, 4},
    {3, 16},
    {3, 64},
    {4, 8},
    {4, 64},
    {5, 7},
    {6, 32},
    {7, 9},
    {8, 8},
    {8, 16},
    {12, 4},
    {16, 1},
    {16, 24},
    {17, 19},
    {24, 96},
    {32, 3},
    {32, 32},
    {40, 10},
    {64, 64},
    {64, 256},
    {96, 192},
    {128, 128},
    {256, 64},
    {256, 256},
    {512, 16},
    {512, 512}
  };

  private static final int[][] SHORT_CHANNELS = {
    {1, 16}, {3, 4}, {3, 64}, {4, 64}, {7, 9}, {8, 16}, {17, 19}, {64, 64}, {256, 64}
  };

  private static final int[][] SIZES = {{7, 9}, {8, 8}, {17, 16}, {33, 31}};
  private static final int[][] SHORT_SIZES = {{7, 9}, {16, 16}};
  private static final int[][] GROUPS = {
    {4, 4, 2}, {8, 8, 8}, {6, 12, 3}, {16, 16, 16}, {32, 64, 4}, {96, 96, 96}, {64, 64, 32}
  };

  private ConvolutionSweep() {}

  /** The short form: what a user waits for. */
  public static List<ConvolutionResult> shortForm(Engine engine) {
    return run(engine, shortCases(), c -> {});
  }

  /** The full form. */
  public static List<ConvolutionResult> full(Engine engine) {
    return run(engine, fullCases(), c -> {});
  }

  /** Cases of {@link #shortForm}. */
  public static List<ConvolutionCase> shortCases() {
    List<ConvolutionCase> cases = new ArrayList<>();
    for (int[] size : SHORT_SIZES) {
      for (int batch : new int[] {1, 2}) {
        for (int[] channels : SHORT_CHANNELS) {
          addKernels(cases, batch, channels[0], channels[1], 1, size);
        }
        addKernels(cases, batch, 16, 16, 16, size);
      }
    }
    return cases;
  }

  /** Cases of {@link #full}: every shape of the list that is not too large. */
  public static List<ConvolutionCase> fullCases() {
    List<ConvolutionCase> cases = new ArrayList<>();
    for (int[] size : SIZES) {
      for (int batch : new int[] {1, 2, 3, 4}) {
        for (int[] channels : CHANNELS) {
          addKernels(cases, batch, channels[0], channels[1], 1, size);
        }
        for (int[] g : GROUPS) {
          addKernels(cases, batch, g[0], g[1], g[2], size);
        }
      }
    }
    return cases;
  }

  private static void addKernels(
      List<ConvolutionCase> cases, int batch, int in, int out, int groups, int[] size) {
    for (int kernel : new int[] {1, 3, 7}) {
      for (int stride : new int[] {1, 2}) {
        for (Order order : Order.values()) {
          ConvolutionCase c =
              new ConvolutionCase(
                  batch, in, out, size[0], size[1], kernel, stride, kernel / 2, groups, order);
          if (c.products() <= MAX_PRODUCTS) {
            cases.add(c);
          }
        }
      }
    }
  }

  /**
   * The results of {@code cases} in their order.
   *
   * @param before called with each case before the engine computes it, so that somebody knows which
   *     one ended the process
   */
  public static List<ConvolutionResult> run(
      Engine engine, List<ConvolutionCase> cases, Consumer<ConvolutionCase> before) {
    List<ConvolutionResult> results = new ArrayList<>(cases.size());
    for (ConvolutionCase c : cases) {
      before.accept(c);
      results.add(run(engine, c));
    }
    return results;
  }

  private static ConvolutionResult run(Engine engine, ConvolutionCase c) {
    ConvolutionReference reference = new ConvolutionReference(c);
    Map<Part, float[]> parts;
    try {
      parts = compute(engine, c, reference);
    } catch (RuntimeException e) {
      return new ConvolutionResult(c, Part.FORWARD, Double.POSITIVE_INFINITY, e.toString());
    }
    Part worst = Part.FORWARD;
    double error = -1;
    for (Part part : Part.values()) {
      double e = error(reference, part, parts.get(part));
      if (e > error) {
        error = e;
        worst = part;
      }
    }
    return new ConvolutionResult(c, worst, error, "");
  }

  private static double error(ConvolutionReference reference, Part part, float[] got) {
    int n = reference.size(part);
    int samples = Math.min(n, SAMPLES);
    RandomStream random = RandomStream.of(2, "samples");
    double worst = 0;
    for (int s = 0; s < samples; s++) {
      int i = n <= SAMPLES ? s : s == 0 ? 0 : s == 1 ? n - 1 : random.nextInt(n);
      worst = Math.max(worst, reference.error(part, i, got[i]));
    }
    return worst;
  }

  /** Each part in row-major order. */
  private static Map<Part, float[]> compute(
      Engine engine, ConvolutionCase c, ConvolutionReference r) {
    try (Scope scope = engine.scope()) {
      Tensor x = image(engine, c, r.x, c.in(), c.height(), c.width()).variable();
      Tensor w =
          engine.floats(r.w, c.out(), c.in() / c.groups(), c.kernel(), c.kernel()).variable();
      Tensor b = engine.floats(r.bias, c.out()).variable();
      Tensor y = x.conv2d(w, b, c.spec());
      y.backward(image(engine, c, r.grad, c.out(), c.outHeight(), c.outWidth()));
      return new EnumMap<>(
          Map.of(
              Part.FORWARD, y.toFloats(),
              Part.INPUT_GRADIENT, x.grad().toFloats(),
              Part.WEIGHT_GRADIENT, w.grad().toFloats(),
              Part.BIAS_GRADIENT, b.grad().toFloats()));
    }
  }

  /** [B,C,H,W] in the case's order in memory. */
  private static Tensor image(
      Engine engine, ConvolutionCase c, float[] values, int channels, int height, int width) {
    if (c.order() == Order.ROWS) {
      return engine.floats(values, c.batch(), channels, height, width);
    }
    float[] turned = new float[values.length];
    int pixels = height * width;
    for (int b = 0; b < c.batch(); b++) {
      for (int k = 0; k < channels; k++) {
        for (int p = 0; p < pixels; p++) {
          turned[(b * pixels + p) * channels + k] = values[(b * channels + k) * pixels + p];
        }
      }
    }
    return engine.floats(turned, c.batch(), height, width, channels).permute(0, 3, 1, 2);
  }

  /** The cases that are not right. */
  public static List<ConvolutionResult> wrong(List<ConvolutionResult> results) {
    return results.stream().filter(r -> !r.isRight()).toList();
  }
}
