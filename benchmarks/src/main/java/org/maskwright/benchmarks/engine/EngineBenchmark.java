package org.maskwright.benchmarks.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.maskwright.engine.spi.Conv2dSpec;
import org.maskwright.engine.spi.ResizeMode;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.DeformableSampling;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.Backbone;

/**
 * Prints Markdown tables: main primitives on torch and nd4j, fused against composed deformable
 * sampling, overhead of a tensor operation, peak memory of a ResNet-50 step. Cases alternate
 * between what is compared; medians of all rounds.
 *
 * <p>Arguments: number of rounds (default 7).
 */
public final class EngineBenchmark {
  private static final int THREADS = 2;
  private static final int WARM_UP = 2;

  private EngineBenchmark() {}

  private record Case(String name, Consumer<Engine> body) {}

  /** Runs all tables. */
  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(THREADS);
    try (Engine torch = Engine.open(options.withBackend("torch"));
        Engine nd4j = Engine.open(options.withBackend("nd4j"))) {
      System.out.println("torch: " + torch.description());
      System.out.println("nd4j:  " + nd4j.description());
      System.out.println();
      primitives(torch, nd4j, rounds);
      deformable(torch, rounds);
      overhead(torch, nd4j);
      memory(torch);
    }
  }

  private static double millis(Engine engine, Consumer<Engine> body) {
    long start = System.nanoTime();
    try (Scope scope = engine.scope()) {
      body.accept(engine);
      engine.synchronize();
    }
    return (System.nanoTime() - start) / 1e6;
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static Tensor random(Engine engine, int salt, long... shape) {
    return engine.uniform(RandomStream.of(salt, "benchmark"), -1, 1, shape);
  }

  private static Consumer<Engine> forwardAndBackward(
      java.util.function.Function<Tensor[], Tensor> op, long[]... shapes) {
    return engine -> {
      Tensor[] in = new Tensor[shapes.length];
      Arrays.setAll(in, i -> random(engine, i, shapes[i]).variable());
      Tensor y = op.apply(in);
      y.backward(engine.ones(y.shape()));
    };
  }

  private static long[] shape(long... s) {
    return s;
  }

  private static void primitives(Engine torch, Engine nd4j, int rounds) {
    List<Case> cases = new ArrayList<>();
    cases.add(
        new Case(
            "matmul 1024^3",
            forwardAndBackward(x -> x[0].matmul(x[1]), shape(1024, 1024), shape(1024, 1024))));
    cases.add(
        new Case(
            "linear [10752,256] to 1024",
            forwardAndBackward(
                x -> x[0].linear(x[1], x[2]), shape(10752, 256), shape(1024, 256), shape(1024))));
    cases.add(
        new Case(
            "conv 3x3 [2,64,128,128]",
            forwardAndBackward(
                x -> x[0].conv2d(x[1], null, Conv2dSpec.of(1, 1)),
                shape(2, 64, 128, 128),
                shape(64, 64, 3, 3))));
    cases.add(
        new Case(
            "conv 1x1 [2,256,64,64]",
            forwardAndBackward(
                x -> x[0].conv2d(x[1], null, Conv2dSpec.of(1, 0)),
                shape(2, 256, 64, 64),
                shape(256, 256, 1, 1))));
    cases.add(
        new Case(
            "layer norm [10752,256]",
            forwardAndBackward(
                x -> x[0].layerNorm(x[1], x[2], 1e-5), shape(10752, 256), shape(256), shape(256))));
    cases.add(
        new Case(
            "softmax [16,100,4096]",
            forwardAndBackward(x -> x[0].softmax(-1), shape(16, 100, 4096))));
    cases.add(new Case("gelu 4M", forwardAndBackward(x -> x[0].gelu(), shape(4 << 20))));
    cases.add(
        new Case(
            "add with broadcast 4M",
            forwardAndBackward(x -> x[0].add(x[1]), shape(4096, 1024), shape(1024))));
    cases.add(new Case("sum 4M", forwardAndBackward(x -> x[0].sum(), shape(4 << 20))));
    cases.add(
        new Case(
            "bilinear x2 [2,64,64,64]",
            forwardAndBackward(
                x -> x[0].resize(128, 128, ResizeMode.BILINEAR), shape(2, 64, 64, 64))));
    cases.add(
        new Case(
            "attention [2,8,100,32] on 4096",
            forwardAndBackward(
                x -> Attention.scaledDotProduct(x[0], x[1], x[2], null, null),
                shape(2, 8, 100, 32),
                shape(2, 8, 4096, 32),
                shape(2, 8, 4096, 32))));
    cases.add(
        new Case(
            "small net step (3 conv, attention)",
            forwardAndBackward(
                x -> {
                  Tensor h = x[0].conv2d(x[1], null, Conv2dSpec.of(2, 1)).relu();
                  h =
                      h.conv2d(x[2], null, Conv2dSpec.of(2, 1))
                          .relu()
                          .conv2d(x[2], null, Conv2dSpec.of(1, 1))
                          .relu();
                  Tensor tokens = h.flatten(2, 3).transpose(1, 2); // [B,S,C]
                  Tensor heads = tokens.reshape(2, -1, 4, 16).permute(0, 2, 1, 3);
                  return Attention.scaledDotProduct(heads, heads, heads, null, null)
                      .square()
                      .mean();
                },
                shape(2, 3, 128, 128),
                shape(64, 3, 3, 3),
                shape(64, 64, 3, 3))));
    System.out.println(
        "| forward + backward, " + THREADS + " threads | torch ms | nd4j ms | nd4j / torch |");
    System.out.println("|---|---|---|---|");
    for (Case c : cases) {
      List<Double> a = new ArrayList<>();
      List<Double> b = new ArrayList<>();
      List<Double> ratio = new ArrayList<>();
      for (int i = 0; i < rounds + WARM_UP; i++) {
        double t = millis(torch, c.body());
        double n = millis(nd4j, c.body());
        if (i >= WARM_UP) {
          a.add(t);
          b.add(n);
          ratio.add(n / t);
        }
      }
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %.2f |%n",
          c.name(),
          median(a),
          median(b),
          median(ratio));
    }
    System.out.println();
  }

  private static void deformable(Engine engine, int rounds) {
    int[] sides = {16, 32, 64};
    int tokens = 16 * 16 + 32 * 32 + 64 * 64;
    Consumer<Engine> body =
        e -> {
          Tensor v = random(e, 1, 2, tokens, 8, 32).variable();
          Tensor loc =
              e.uniform(RandomStream.of(2, "benchmark"), 0, 1, 2, tokens, 8, 3, 4, 2).variable();
          Tensor w = random(e, 3, 2, tokens, 8, 3, 4).variable();
          Tensor y = DeformableSampling.sample(v, sides, sides, loc, w);
          y.backward(e.ones(y.shape()));
        };
    Consumer<Engine> composed =
        e -> {
          try (var off = e.withoutFusedKernels()) {
            body.accept(e);
          }
        };
    Consumer<Engine> inputs =
        e -> {
          random(e, 1, 2, tokens, 8, 32);
          e.uniform(RandomStream.of(2, "benchmark"), 0, 1, 2, tokens, 8, 3, 4, 2);
          random(e, 3, 2, tokens, 8, 3, 4);
        };
    List<Double> fast = new ArrayList<>();
    List<Double> slow = new ArrayList<>();
    List<Double> ratio = new ArrayList<>();
    for (int i = 0; i < rounds + WARM_UP; i++) {
      double making = millis(engine, inputs);
      double f = millis(engine, body) - making;
      double s = millis(engine, composed) - making;
      if (i >= WARM_UP) {
        fast.add(f);
        slow.add(s);
        ratio.add(s / f);
      }
    }
    System.out.println(
        "| deformable sampling, B=2, 64x64+32x32+16x16, 8 heads x 32, 4 points, forward + backward | ms |");
    System.out.println("|---|---|");
    System.out.printf(Locale.ROOT, "| fused kernel | %.1f |%n", median(fast));
    System.out.printf(Locale.ROOT, "| composition of grid samples | %.1f |%n", median(slow));
    System.out.printf(Locale.ROOT, "| ratio | %.2f |%n%n", median(ratio));
  }

  private static void overhead(Engine torch, Engine nd4j) {
    System.out.println("| one add of 10 numbers, no gradient | us |");
    System.out.println("|---|---|");
    for (Engine engine : List.of(torch, nd4j)) {
      try (Scope outer = engine.scope();
          var off = engine.noGrad()) {
        Tensor x = engine.ones(10);
        int n = 2000;
        List<Double> perOp = new ArrayList<>();
        List<Double> raw = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
          perOp.add(
              millis(
                      engine,
                      e -> {
                        for (int i = 0; i < n; i++) {
                          x.add(x);
                        }
                      })
                  * 1000
                  / n);
          raw.add(
              millis(
                      engine,
                      e -> {
                        for (int i = 0; i < n; i++) {
                          e.backend()
                              .binary(org.maskwright.engine.spi.BinaryOp.ADD, x.array(), x.array())
                              .release();
                        }
                      })
                  * 1000
                  / n);
        }
        System.out.printf(
            Locale.ROOT,
            "| %s: tensor operation | %.2f |%n",
            engine.backend().name(),
            median(perOp));
        System.out.printf(
            Locale.ROOT,
            "| %s: backend call alone | %.2f |%n",
            engine.backend().name(),
            median(raw));
      }
    }
    System.out.println();
  }

  private static void memory(Engine engine) {
    try (Backbone backbone =
        SegmentationModels.backbone(engine, Variants.get("mask2former-r50").backbone())) {
      long before = engine.memory().liveBytes();
      engine.memory().resetPeak();
      try (Scope scope = engine.scope()) {
        List<Tensor> maps = backbone.forward(random(engine, 5, 2, 3, 512, 512));
        Tensor loss = null;
        for (Tensor map : maps) {
          loss = loss == null ? map.mean() : loss.add(map.mean());
        }
        loss.backward();
      }
      System.out.printf(
          Locale.ROOT,
          "ResNet-50 forward + backward at 2x3x512x512: peak %.0f MiB of tensors beyond %.0f MiB of parameters%n",
          (engine.memory().peakBytes() - before) / 1048576.0,
          before / 1048576.0);
    }
  }
}
