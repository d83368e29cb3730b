package org.maskwright.engine.conformance;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.fused.DeformableSampling;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One random program of public calls, sensible or not. Every call ends with a result or with an
 * exception of the engine's; at the end everything is closed, in random order.
 */
final class CallSequence {
  private static final int CALLS = 60;
  private static final int TENSORS = 16;
  private static final int PARAMETERS = 5;
  private static final long[][] SHAPES = {
    {},
    {3},
    {3},
    {2, 3},
    {2, 3},
    {3, 3},
    {3, 3},
    {1, 3},
    {0, 3},
    {2, 3, 4, 4},
    {2, 3, 4, 4},
    {3, 3, 1, 1}
  };

  private static final List<DType> DTYPES = List.of(DType.values());

  private interface Call {
    void run();
  }

  private record Named(String name, Call call) {}

  private final Engine engine;
  private final RandomStream random;
  private final List<Tensor> tensors = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<Scope> scopes = new ArrayList<>();
  private final List<Engine.Mode> modes = new ArrayList<>();
  private final List<Named> calls = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private final boolean closesEngine;
  private int refused;

  CallSequence(Engine engine, RandomStream random, boolean closesEngine) {
    this.engine = engine;
    this.random = random;
    this.closesEngine = closesEngine;
    creations();
    operations();
    life();
    changes();
    gradients();
  }

  /** How many calls ended with an exception of the engine's. */
  int refused() {
    return refused;
  }

  /** The calls made, for a failure's message. */
  List<String> trace() {
    return trace;
  }

  /** Runs the program. */
  void run() {
    try (Scope root = engine.scope()) {
      parameters.add(new Parameter(engine.uniform(random, -1, 1, 2, 3)));
      parameters.add(new Parameter(engine.uniform(random, -1, 1, 3)));
      tensors.add(fresh());
      tensors.add(fresh().variable());
      for (int i = 0; i < CALLS; i++) {
        attempt(pick(calls));
        if (closesEngine && i == CALLS / 2) {
          attempt(new Named("engine.close", engine::close));
        }
      }
      while (!scopes.isEmpty() && random.nextInt(4) > 0) {
        attempt(new Named("close scope", () -> removed(scopes).close()));
      }
      while (!modes.isEmpty()) {
        attempt(new Named("close mode", () -> removed(modes).close()));
      }
      parameters.forEach(Parameter::close);
    }
  }

  private void attempt(Named named) {
    trace.add(named.name);
    try {
      named.call.run();
    } catch (EngineException | IllegalArgumentException | IllegalStateException e) {
      refused++;
      trace.set(trace.size() - 1, named.name + " !" + e.getMessage());
    }
  }

  // ---- choices

  private <T> T pick(List<T> from) {
    if (from.isEmpty()) {
      throw new IllegalStateException("nothing to pick from");
    }
    return from.get(random.nextInt(from.size()));
  }

  private <T> T removed(List<T> from) {
    if (from.isEmpty()) {
      throw new IllegalStateException("nothing to remove");
    }
    return from.remove(random.nextInt(from.size()));
  }

  private Tensor any() {
    return parameters.isEmpty() || random.nextInt(3) > 0
        ? pick(tensors)
        : pick(parameters).tensor();
  }

  private int axis() {
    return random.nextInt(5) - 2;
  }

  private void hold(Tensor t) {
    if (tensors.size() < TENSORS) {
      tensors.add(t);
    } else {
      tensors.set(random.nextInt(TENSORS), t);
    }
  }

  private Tensor fresh() {
    long[] shape = SHAPES[random.nextInt(SHAPES.length)];
    return engine.uniform(random, -1, 1, shape);
  }

  private void add(String name, Call call) {
    calls.add(new Named(name, call));
  }

  private void make(String name, Supplier<Tensor> call) {
    add(name, () -> hold(call.get()));
  }

  private void operation(String name, Function<Tensor, Tensor> op) {
    make(name, () -> op.apply(any()));
  }

  // ---- the calls

  private void creations() {
    for (int i = 0; i < 4; i++) {
      make("fresh", this::fresh);
      make("variable", () -> fresh().variable());
      make("parameter.tensor", () -> pick(parameters).tensor());
    }
    make("longs", () -> engine.longs(new long[] {0, 2, random.nextInt(5) - 1}, 3));
    make("grad of a parameter", () -> present(pick(parameters).grad()).detach());
    make("grad of a variable", () -> present(any().grad()));
    make(
        "tensor(INDArray)",
        () -> {
          INDArray host = Nd4j.ones(DataType.FLOAT, 2, 3);
          Tensor t = engine.tensor(random.nextInt(2) == 0 ? host : host.transpose());
          host.close();
          return t;
        });
    for (int i = 0; i < 3; i++) {
      add("new Parameter", () -> hold(new Parameter(fresh())));
    }
    add("new Parameter(any)", () -> hold(new Parameter(any())));
    add("construct", () -> engine.construct(() -> new Broken(engine)));
  }

  private void hold(Parameter p) {
    if (parameters.size() == PARAMETERS) {
      removed(parameters).close();
    }
    parameters.add(p);
  }

  private static final class Broken extends Module {
    Broken(Engine engine) {
      super(engine);
      parameter("weight", engine.ones(2, 2));
      throw new IllegalStateException("on purpose");
    }
  }

  private void operations() {
    List<Function<Tensor, Tensor>> unary =
        List.of(
            Tensor::exp,
            Tensor::relu,
            Tensor::square,
            Tensor::gelu,
            Tensor::isFinite,
            t -> t.mul(0.5),
            t -> t.clamp(-0.5, 0.5),
            t -> t.cast(pick(DTYPES)),
            t -> t.sum(),
            t -> t.mean(axis()),
            t -> t.max(axis()),
            t -> t.cumSum(axis()),
            t -> t.softmax(axis()),
            t -> t.topK(2)[random.nextInt(2)],
            t -> t.argMax(axis()));
    List<Function<Tensor, Tensor>> shape =
        List.of(
            Tensor::detach,
            Tensor::copy,
            Tensor::variable,
            t -> t.reshape(-1),
            t -> t.reshape(3, -1),
            t -> t.transpose(axis(), axis()),
            t -> t.slice(axis(), random.nextInt(3), random.nextInt(4), 1 + random.nextInt(2)),
            t -> t.slice(axis(), 0, t.size(0)),
            t -> t.select(axis(), random.nextInt(4) - 1),
            t -> t.expand(2, -1, -1),
            t -> t.unsqueeze(axis()),
            t -> t.roll(axis(), 1),
            t -> t.pad(new long[t.rank()], new long[] {1, 1}, 0));
    for (int i = 0; i < 3; i++) {
      unary.forEach(op -> operation("unary", op));
      shape.forEach(op -> operation("shape", op));
      operation("add", t -> t.add(any()));
      operation("mul", t -> t.mul(any()));
      operation("maximum", t -> t.maximum(any()));
      operation("concat", t -> Tensor.concat(axis(), t, any()));
      operation("matmul", t -> t.matmul(any()));
      operation("linear", t -> t.linear(any(), random.nextInt(2) == 0 ? null : any()));
    }
    operation("where", t -> t.gt(0).where(any(), any()));
    operation("gather", t -> t.gather(axis(), any()));
    operation("indexSelect", t -> t.indexSelect(axis(), any()));
    operation("layerNorm", t -> t.layerNorm(any(), any(), 1e-5));
    operation("groupNorm", t -> t.groupNorm(3, any(), any(), 1e-5));
    operation("batchNorm", t -> t.batchNorm(any(), any(), 1e-5)[random.nextInt(3)]);
    operation("conv2d", t -> t.conv2d(any(), null, Conv2dSpec.of(1, random.nextInt(2))));
    operation("maxPool2d", t -> t.maxPool2d(Pool2dSpec.of(2, 2, 0)));
    operation("avgPool2d", t -> t.avgPool2d(Pool2dSpec.of(2, 2, 1)));
    operation("resize", t -> t.resize(3, 5, ResizeMode.BILINEAR));
    operation("gridSample", t -> t.gridSample(engine.zeros(2, 1, 5, 2).add(any().mean())));
    operation("attention", t -> Attention.scaledDotProduct(t, any(), any(), null, null));
    operation(
        "deformable",
        t -> {
          Tensor values = t.reshape(1, -1, 1, 3);
          return DeformableSampling.sample(
              values,
              new int[] {1},
              new int[] {values.intSize(1)},
              engine.full(0.3, 1, 2, 1, 1, 4, 2),
              engine.full(0.3, 1, 2, 1, 1, 4));
        });
  }

  private void life() {
    for (int i = 0; i < 4; i++) {
      add("open scope", () -> scopes.add(engine.scope()));
      add("close scope", () -> removed(scopes).close());
      add("keep", () -> pick(scopes).keep(any()));
      add("close tensor", () -> any().close());
      add("toFloats", () -> any().toFloats());
      make("tidy", () -> engine.tidy(scope -> any().mul(any())));
      make(
          "tidy that leaves a scope open",
          () ->
              engine.tidy(
                  scope -> {
                    scopes.add(engine.scope());
                    return any().exp();
                  }));
    }
    for (int i = 0; i < 2; i++) {
      add("noGrad", () -> modes.add(engine.noGrad()));
      add("close mode", () -> removed(modes).close());
    }
    add("withGrad", () -> modes.add(engine.withGrad()));
    add("withPrecision", () -> modes.add(engine.withPrecision(Precision.BF16)));
    add("withoutFusedKernels", () -> modes.add(engine.withoutFusedKernels()));
    add("toHost", () -> any().toHost());
    add("toLongs", () -> any().toLongs());
    add("item", () -> any().item());
    add(
        "copyTo",
        () -> {
          Tensor t = any();
          t.copyTo(FloatBuffer.allocate((int) t.numel()));
        });
    add("closing a closed host array's tensor", () -> engine.tensor(closedHost()));
  }

  private static INDArray closedHost() {
    INDArray host = Nd4j.ones(DataType.FLOAT, 2);
    host.close();
    return host;
  }

  private void changes() {
    for (int i = 0; i < 2; i++) {
      add("set", () -> pick(parameters).set(any()));
      add("set(FloatBuffer)", () -> pick(parameters).set(FloatBuffer.allocate(9)));
      add("mix", () -> pick(parameters).mix(0.5, any(), random.nextDouble()));
      add("mixGrad", () -> pick(parameters).mixGrad(0.5, any(), random.nextDouble()));
      add(
          "adamW",
          () ->
              Parameter.adamW(
                  List.of(pick(parameters)),
                  List.of(pick(parameters)),
                  List.of(pick(parameters)),
                  new AdamWStep(0.1, 0.9, 0.999, 1e-8, 0.05, 1, 1)));
      add("zeroGrad", () -> pick(parameters).zeroGrad());
      add("setTrainable", () -> pick(parameters).setTrainable(random.nextInt(3) > 0));
    }
    add("close parameter", () -> pick(parameters).close());
    add("grad.toFloats", () -> present(pick(parameters).grad()).toFloats());
    add("close grad", () -> present(pick(parameters).grad()).close());
  }

  private static Tensor present(Tensor grad) {
    if (grad == null) {
      throw new IllegalStateException("no gradient");
    }
    return grad;
  }

  private void gradients() {
    for (int i = 0; i < 4; i++) {
      add("backward", () -> any().sum().backward());
      add("backward", () -> any().backward());
      add("backward(grad)", () -> any().backward(any()));
      add("backwardKeepingGraph", () -> any().mean().backwardKeepingGraph());
      make("checkpoint", () -> engine.checkpoint(body(), any(), any()));
    }
  }

  private Function<Tensor[], Tensor> body() {
    Parameter p = parameters.isEmpty() ? null : pick(parameters);
    List<Function<Tensor[], Tensor>> bodies = new ArrayList<>();
    bodies.add(in -> in[0]);
    bodies.add(in -> in[0].mul(in[1]).exp());
    bodies.add(in -> p == null ? in[0] : p.tensor());
    bodies.add(in -> p == null ? in[1] : p.tensor().mul(in[0]));
    bodies.add(in -> in[0].slice(0, 0, in[0].size(0)));
    bodies.add(
        in -> {
          in[0].close();
          return in[1];
        });
    bodies.add(
        in -> {
          if (p != null) {
            p.set(in[0]);
          }
          return in[1].mul(2);
        });
    bodies.add(
        in -> {
          throw new IllegalStateException("on purpose");
        });
    bodies.add(in -> engine.checkpoint(inner -> inner[0].mul(inner[0]), in[0]).add(in[1]));
    bodies.add(
        in -> {
          scopes.add(engine.scope());
          return in[0].mul(in[1]);
        });
    bodies.add(
        in -> {
          Tensor y = in[0].mul(in[1]).sum();
          if (y.requiresGrad()) {
            y.backward();
          }
          return in[0].add(1);
        });
    return pick(bodies);
  }
}
