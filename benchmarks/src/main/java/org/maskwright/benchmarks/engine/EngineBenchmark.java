package org.maskwright.benchmarks.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.fused.DeformableSampling;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.nd4j.Nd4jBackendProvider;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.engine.torch.TorchBackendProvider;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.Backbone;

/**
 * Prints Markdown tables: main primitives on torch and nd4j, fused against composed deformable
 * sampling, overhead of a tensor operation, peak memory of a ResNet-50 step. Cases alternate
 * between what is compared; medians of all rounds.
 *
 * <p>Arguments: number of rounds (default 7), then which tables (primitives, deformable, overhead,
 * memory; default all).
 */
public final class EngineBenchmark {
  private static final int THREADS = 2;
  private static final Set<String> TABLES =
      Set.of("primitives", "deformable", "overhead", "memory");

  /** The Java kernels reach their speed when the just-in-time compiler has seen enough of them. */
  private static final int WARM_UP = 20;

  private EngineBenchmark() {}

  /**
   * An operation, differentiated; its inputs of the given shapes are made before the clock starts.
   */
  private record Case(String name, Function<Tensor[], Tensor> op, List<long[]> shapes) {
    Case(String name, Function<Tensor[], Tensor> op, long[]... shapes) {
      this(name, op, List.of(shapes));
    }

    /** Milliseconds of forward and backward. */
    double millis(Engine engine) {
      try (Scope scope = engine.scope()) {
        Tensor[] in = new Tensor[shapes.size()];
        Arrays.setAll(in, i -> random(engine, i, shapes.get(i)));
        return EngineBenchmark.millis(engine, e -> forwardAndBackward(op, in));
      }
    }
  }

  /** Runs all tables. */
  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
    Set<String> tables = args.length > 1 ? Set.copyOf(Arrays.asList(args)) : TABLES;
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(THREADS);
    try (Engine torch = Engine.open(options.withBackend("torch"));
        Engine nd4j = Engine.open(options.withBackend("nd4j"))) {
      System.out.println("torch: " + torch.description());
      System.out.println("nd4j:  " + nd4j.description());
      System.out.println("rows:  " + RowKernels.get().description());
      System.out.println();
      if (tables.contains("primitives")) {
        primitives(torch, nd4j, rounds);
      }
      if (tables.contains("deformable")) {
        deformable(torch, rounds);
      }
      if (tables.contains("overhead")) {
        overhead(torch, nd4j);
        tidies(torch);
      }
      if (tables.contains("memory")) {
        memory(torch);
      }
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

  /** Medians of two timings that take turns, and of the ratio second / first. */
  private record Pair(double first, double second, double ratio) {}

  private static Pair alternate(int rounds, DoubleSupplier first, DoubleSupplier second) {
    List<Double> a = new ArrayList<>();
    List<Double> b = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds + WARM_UP; i++) {
      double x = first.getAsDouble();
      double y = second.getAsDouble();
      if (i >= WARM_UP) {
        a.add(x);
        b.add(y);
        ratios.add(y / x);
      }
    }
    return new Pair(median(a), median(b), median(ratios));
  }

  private static double median(List<Double> values) {
    return Measured.median(values.stream().mapToDouble(v -> v));
  }

  private static Tensor random(Engine engine, int salt, long... shape) {
    return engine.uniform(RandomStream.of(salt, "benchmark"), -1, 1, shape);
  }

  private static void forwardAndBackward(Function<Tensor[], Tensor> op, Tensor[] inputs) {
    Tensor[] in = Arrays.stream(inputs).map(Tensor::variable).toArray(Tensor[]::new);
    Tensor y = op.apply(in);
    y.backward(y.engine().ones(y.shape()));
  }

  private static long[] shape(long... s) {
    return s;
  }

  private static List<Case> cases() {
    return List.of(
        new Case("matmul 1024^3", x -> x[0].matmul(x[1]), shape(1024, 1024), shape(1024, 1024)),
        new Case(
            "linear [10752,256] to 1024",
            x -> x[0].linear(x[1], x[2]),
            shape(10752, 256),
            shape(1024, 256),
            shape(1024)),
        new Case(
            "conv 3x3 [2,64,128,128]",
            x -> x[0].conv2d(x[1], null, Conv2dSpec.of(1, 1)),
            shape(2, 64, 128, 128),
            shape(64, 64, 3, 3)),
        new Case(
            "conv 1x1 [2,256,64,64]",
            x -> x[0].conv2d(x[1], null, Conv2dSpec.of(1, 0)),
            shape(2, 256, 64, 64),
            shape(256, 256, 1, 1)),
        new Case(
            "layer norm [10752,256]",
            x -> x[0].layerNorm(x[1], x[2], 1e-5),
            shape(10752, 256),
            shape(256),
            shape(256)),
        new Case("softmax [16,100,4096]", x -> x[0].softmax(-1), shape(16, 100, 4096)),
        new Case("gelu 4M", x -> x[0].gelu(), shape(4 << 20)),
        new Case("add with broadcast 4M", x -> x[0].add(x[1]), shape(4096, 1024), shape(1024)),
        new Case("sum 4M", x -> x[0].sum(), shape(4 << 20)),
        new Case(
            "bilinear x2 [2,64,64,64]",
            x -> x[0].resize(128, 128, ResizeMode.BILINEAR),
            shape(2, 64, 64, 64)),
        new Case(
            "attention [2,8,100,32] on 4096",
            x -> Attention.scaledDotProduct(x[0], x[1], x[2], null, null),
            shape(2, 8, 100, 32),
            shape(2, 8, 4096, 32),
            shape(2, 8, 4096, 32)),
        new Case(
            "small net step (3 conv, attention)",
            EngineBenchmark::smallNet,
            shape(2, 3, 128, 128),
            shape(64, 3, 3, 3),
            shape(64, 64, 3, 3)));
  }

  private static Tensor smallNet(Tensor[] x) {
    Tensor h = x[0].conv2d(x[1], null, Conv2dSpec.of(2, 1)).relu();
    h = h.conv2d(x[2], null, Conv2dSpec.of(2, 1)).relu();
    h = h.conv2d(x[2], null, Conv2dSpec.of(1, 1)).relu();
    Tensor tokens = h.flatten(2, 3).transpose(1, 2); // [B,S,C]
    Tensor heads = tokens.reshape(2, -1, 4, 16).permute(0, 2, 1, 3);
    return Attention.scaledDotProduct(heads, heads, heads, null, null).square().mean();
  }

  private static void primitives(Engine torch, Engine nd4j, int rounds) {
    System.out.println(
        "| forward + backward, " + THREADS + " threads | torch ms | nd4j ms | nd4j / torch |");
    System.out.println("|---|---|---|---|");
    for (Case c : cases()) {
      Pair pair = alternate(rounds, () -> c.millis(torch), () -> c.millis(nd4j));
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %.2f |%n",
          c.name(),
          pair.first(),
          pair.second(),
          pair.ratio());
    }
    System.out.println();
  }

  private static void deformable(Engine engine, int rounds) {
    int[] sides = {16, 32, 64};
    int tokens = 16 * 16 + 32 * 32 + 64 * 64;
    Case fused =
        new Case(
            "deformable sampling",
            x -> DeformableSampling.sample(x[0], sides, sides, x[1].mul(0.5).add(0.5), x[2]),
            shape(2, tokens, 8, 32),
            shape(2, tokens, 8, 3, 4, 2),
            shape(2, tokens, 8, 3, 4));
    Pair pair =
        alternate(
            rounds,
            () -> fused.millis(engine),
            () -> {
              try (var off = engine.withoutFusedKernels()) {
                return fused.millis(engine);
              }
            });
    System.out.println(
        "| deformable sampling, B=2, 64x64+32x32+16x16, 8 heads x 32, 4 points, forward + backward | ms |");
    System.out.println("|---|---|");
    System.out.printf(Locale.ROOT, "| fused kernel | %.1f |%n", pair.first());
    System.out.printf(Locale.ROOT, "| composition of grid samples | %.1f |%n", pair.second());
    System.out.printf(Locale.ROOT, "| ratio | %.2f |%n%n", pair.ratio());
  }

  /** One addition of 10 numbers: through a tensor, through the backend, and for LibTorch raw. */
  private static void overhead(Engine torch, Engine nd4j) {
    System.out.println("| one addition of 10 numbers, no gradient | us |");
    System.out.println("|---|---|");
    for (Engine engine : List.of(torch, nd4j)) {
      try (Scope outer = engine.scope();
          var off = engine.noGrad()) {
        Tensor x = engine.ones(10);
        row(engine.backendName() + ": tensor operation", engine, () -> x.add(x));
        backendCall(engine);
      }
    }
    try (PointerScope scope = new PointerScope()) {
      org.bytedeco.pytorch.Tensor x = org.bytedeco.pytorch.global.torch.ones(10);
      row("raw LibTorch call, result closed", torch, () -> x.add(x).close());
    }
    System.out.println();
  }

  private static void backendCall(Engine engine) {
    BackendProvider provider =
        engine.backendName().equals("torch")
            ? new TorchBackendProvider()
            : new Nd4jBackendProvider();
    try (Backend backend = provider.create("cpu", THREADS)) {
      DeviceArray array = backend.full(new long[] {10}, DType.FLOAT32, 1);
      row(
          backend.name() + ": backend call alone",
          engine,
          () -> backend.binary(BinaryOp.ADD, array, array).release());
      array.release();
    }
  }

  /** A recorded operation in a scope of its own, which keeps its result, at the end of a chain. */
  private static void tidies(Engine engine) {
    System.out.println(
        "| one recorded addition, by operations recorded before | alone, us | in a tidy, us |");
    System.out.println("|---|---|---|");
    for (int before : new int[] {200, 400, 800, 1600}) {
      List<Double> alone = new ArrayList<>();
      List<Double> inTidy = new ArrayList<>();
      for (int round = 0; round < 40; round++) {
        alone.add(chained(engine, before, x -> x.add(1)));
        inTidy.add(chained(engine, before, x -> engine.tidy(scope -> x.add(1))));
      }
      System.out.printf(
          Locale.ROOT, "| %d | %.1f | %.1f |%n", before, median(alone), median(inTidy));
    }
    System.out.println();
  }

  /** Microseconds of an operation applied 100 times to the end of a chain of others. */
  private static double chained(Engine engine, int before, UnaryOperator<Tensor> op) {
    int calls = 100;
    try (Scope scope = engine.scope()) {
      Tensor x = engine.ones(10).variable();
      for (int i = 0; i < before; i++) {
        x = x.add(1);
      }
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        x = op.apply(x);
      }
      return (System.nanoTime() - start) / 1e3 / calls;
    }
  }

  private static void row(String name, Engine engine, Runnable call) {
    int calls = 2000;
    List<Double> micros = new ArrayList<>();
    for (int round = 0; round < 40; round++) {
      double ms =
          millis(
              engine,
              e -> {
                for (int i = 0; i < calls; i++) {
                  call.run();
                }
              });
      micros.add(ms * 1000 / calls);
    }
    System.out.printf(Locale.ROOT, "| %s | %.2f |%n", name, median(micros));
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
