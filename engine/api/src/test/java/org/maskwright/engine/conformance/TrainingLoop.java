package org.maskwright.engine.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.fused.DeformableSampling;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/**
 * A program that trains a small network of convolutions, layer norm, deformable sampling and
 * attention with AdamW, in a JVM of its own, so that no other test's garbage counts.
 *
 * <p>Arguments: backend, device, steps. Prints "step liveArrays liveBytes residentKiB" after every
 * tenth of the steps.
 */
public final class TrainingLoop {
  private static final int CHANNELS = 32;

  /** 400 MB that no step touches, like a frozen backbone: 2% is meant of a real model's memory. */
  private static final int FROZEN = 100_000_000;

  private static final int SIDE = 16;
  private static final int BATCH = 1;

  /**
   * Gradients of several batches make a step, so that the just-in-time compiler, whose code and
   * data are resident too, is done by the first reading.
   */
  private static final int MICRO_BATCHES = 4;

  private final Engine engine;
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<Parameter> state = new ArrayList<>();
  private final RandomStream random = RandomStream.of(1, "loop");

  private TrainingLoop(Engine engine) {
    this.engine = engine;
    add(CHANNELS, 3, 3, 3);
    add(CHANNELS, CHANNELS, 3, 3);
    add(CHANNELS);
    add(CHANNELS);
    add(3 * CHANNELS, CHANNELS);
    engine.ones(FROZEN); // owned by the scope of main
  }

  private void add(long... shape) {
    Parameter p = new Parameter(engine.uniform(random, -0.1, 0.1, shape));
    parameters.add(p);
    state.add(new Parameter(engine.zeros(shape)));
    state.add(new Parameter(engine.zeros(shape)));
  }

  private Tensor weight(int i) {
    return parameters.get(i).tensor();
  }

  private void step(int count) {
    for (int i = 0; i < MICRO_BATCHES; i++) {
      accumulate();
    }
    update(count);
  }

  private void accumulate() {
    try (Scope scope = engine.scope()) {
      Tensor x = engine.uniform(random, -1, 1, BATCH, 3, 2 * SIDE, 2 * SIDE);
      Tensor h = x.conv2d(weight(0), null, Conv2dSpec.of(2, 1)).relu();
      h = h.conv2d(weight(1), null, Conv2dSpec.of(1, 1)).relu();
      Tensor tokens = h.flatten(2, 3).transpose(1, 2).layerNorm(weight(2), weight(3), 1e-5);
      Tensor values = tokens.reshape(BATCH, SIDE * SIDE, 2, CHANNELS / 2);
      Tensor sampled =
          DeformableSampling.sample(
              values,
              new int[] {SIDE},
              new int[] {SIDE},
              engine.uniform(random, 0, 1, BATCH, SIDE * SIDE, 2, 1, 4, 2),
              engine.uniform(random, 0, 1, BATCH, SIDE * SIDE, 2, 1, 4));
      Tensor qkv = sampled.linear(weight(4), null).reshape(BATCH, SIDE * SIDE, 3, 2, CHANNELS / 2);
      Tensor y = Attention.scaledDotProduct(part(qkv, 0), part(qkv, 1), part(qkv, 2), null, null);
      y.square().mean().backward();
    }
  }

  private void update(int count) {
    for (int i = 0; i < parameters.size(); i++) {
      Parameter p = parameters.get(i);
      Parameter.adamW(
          List.of(p),
          List.of(state.get(2 * i)),
          List.of(state.get(2 * i + 1)),
          new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.05, count, 1));
      p.zeroGrad();
    }
  }

  private static Tensor part(Tensor qkv, int i) {
    return qkv.slice(2, i, i + 1L).reshape(BATCH, SIDE * SIDE, 2, CHANNELS / 2).permute(0, 2, 1, 3);
  }

  /** Runs. */
  public static void main(String[] args) throws IOException {
    int steps = Integer.parseInt(args[2]);
    EngineOptions options =
        EngineOptions.DEFAULT.withBackend(args[0]).withDevice(args[1]).withThreads(2);
    try (Engine engine = Engine.open(options);
        Scope all = engine.scope()) {
      TrainingLoop loop = new TrainingLoop(engine);
      for (int step = 1; step <= steps; step++) {
        loop.step(step);
        if (step % (steps / 10) == 0) {
          System.out.println(
              step
                  + " "
                  + engine.memory().liveArrays()
                  + " "
                  + engine.memory().liveBytes()
                  + " "
                  + ResidentMemory.kib());
        }
      }
    }
  }
}
